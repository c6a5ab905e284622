#include "auditd/writer/silence.h"

enum silence_news silence_look(struct silence *silence, uint64_t emitter_n, uint64_t heartbeat_us,
                               const struct silence_time *now, uint64_t *since_utc_us)
{
    const bool spoke = silence->listening && emitter_n != silence->emitter_n;
    const bool was_silent = silence->silent;
    *since_utc_us = silence->heard.utc_us;
    silence->emitter_n = emitter_n;
    if (!silence->listening && was_silent) { /* as the log has it from before */
        silence->listening = true;
        silence->heard.boot_us = now->boot_us;
        return SILENCE_NO_NEWS;
    }
    if (!silence->listening || spoke) {
        silence->listening = true;
        silence->silent = false;
        silence->heard = *now;
        return was_silent ? SILENCE_HEARD : SILENCE_NO_NEWS;
    }
    if (heartbeat_us == 0 || was_silent || now->boot_us - silence->heard.boot_us < heartbeat_us) {
        return SILENCE_NO_NEWS;
    }
    silence->silent = true;
    return SILENCE_SILENT;
}
