#include "tools/audit/post.h"

#define CURL_DISABLE_TYPECHECK /* its functions are called by pointers */
#include <curl/curl.h>
#include <dlfcn.h>
#include <stdio.h>
#include <string.h>

#define LIBRARY "libcurl.so.4"

enum {
    URL_MAX = 1024,
};

#undef curl_easy_setopt
#undef curl_easy_getinfo

/* The library brings thirty others along: it is loaded by whoever sends something, and not by every
 * command. */
struct curl {
    CURL *easy;
    __typeof__(curl_easy_init) *init;
    __typeof__(curl_easy_cleanup) *cleanup;
    __typeof__(curl_easy_setopt) *setopt;
    __typeof__(curl_easy_perform) *perform;
    __typeof__(curl_easy_getinfo) *getinfo;
    __typeof__(curl_easy_strerror) *strerror;
    __typeof__(curl_slist_append) *append;
    __typeof__(curl_slist_free_all) *free_all;
};

static bool find(void *library, const char *name, void *function, size_t size)
{
    void *found = dlsym(library, name);
    memcpy(function, &found, size);
    return found != NULL;
}

static bool load(struct curl *curl)
{
    void *library = dlopen(LIBRARY, RTLD_NOW | RTLD_LOCAL);
    return library != NULL && find(library, "curl_easy_init", &curl->init, sizeof curl->init) &&
           find(library, "curl_easy_cleanup", &curl->cleanup, sizeof curl->cleanup) &&
           find(library, "curl_easy_setopt", &curl->setopt, sizeof curl->setopt) &&
           find(library, "curl_easy_perform", &curl->perform, sizeof curl->perform) &&
           find(library, "curl_easy_getinfo", &curl->getinfo, sizeof curl->getinfo) &&
           find(library, "curl_easy_strerror", &curl->strerror, sizeof curl->strerror) &&
           find(library, "curl_slist_append", &curl->append, sizeof curl->append) &&
           find(library, "curl_slist_free_all", &curl->free_all, sizeof curl->free_all);
}

struct answer {
    size_t size;
};

/* What is answered is of no interest, and not without end. */
static size_t count_answer(char *data, size_t size, size_t count, void *context)
{
    struct answer *answer = context;
    (void)data;
    answer->size += size * count;
    return answer->size > POST_ANSWER_MAX ? 0 : size * count;
}

static bool set_number(const struct curl *curl, CURLoption option, long value)
{
    return curl->setopt(curl->easy, option, value) == CURLE_OK;
}

static bool set_text(const struct curl *curl, CURLoption option, const void *value)
{
    return curl->setopt(curl->easy, option, value) == CURLE_OK;
}

/* Plain http is for this machine alone: contact_is_address has seen to it. */
static bool set_options(const struct curl *curl, const char *url, struct bytes message,
                        const struct curl_slist *headers, struct answer *answer)
{
    curl_write_callback count = count_answer;
    return set_text(curl, CURLOPT_URL, url) &&
           set_text(curl, CURLOPT_PROTOCOLS_STR, "https,http") &&
           set_number(curl, CURLOPT_POST, 1) && set_text(curl, CURLOPT_POSTFIELDS, message.data) &&
           set_number(curl, CURLOPT_POSTFIELDSIZE, (long)message.size) &&
           set_text(curl, CURLOPT_HTTPHEADER, headers) &&
           set_text(curl, CURLOPT_USERAGENT, "cairn") &&
           set_number(curl, CURLOPT_FOLLOWLOCATION, 0) && set_number(curl, CURLOPT_NOSIGNAL, 1) &&
           set_number(curl, CURLOPT_TIMEOUT, POST_TIMEOUT_S) && set_text(curl, CURLOPT_PROXY, "") &&
           set_number(curl, CURLOPT_NETRC, CURL_NETRC_IGNORED) &&
           curl->setopt(curl->easy, CURLOPT_WRITEFUNCTION, count) == CURLE_OK &&
           set_text(curl, CURLOPT_WRITEDATA, answer);
}

static void perform(const struct curl *curl, struct post *post)
{
    long code = 0;
    CURLcode result = curl->perform(curl->easy);
    if (result != CURLE_OK) {
        post_fail(post, "%s", curl->strerror(result));
        return;
    }
    curl->getinfo(curl->easy, CURLINFO_RESPONSE_CODE, &code);
    if (code < 200 || code > 299) {
        post_fail(post, "answered with status %ld", code);
        return;
    }
    post->ok = true;
    snprintf(post->detail, sizeof post->detail, "answered with status %ld", code);
}

static void send_to(struct curl *curl, const char *url, struct bytes message, struct post *post)
{
    struct answer answer = {0};
    curl->easy = curl->init();
    struct curl_slist *headers = curl->append(NULL, "Content-Type: application/json");
    if (curl->easy == NULL || headers == NULL ||
        !set_options(curl, url, message, headers, &answer)) {
        post_fail(post, "the request could not be made");
    } else {
        perform(curl, post);
    }
    curl->free_all(headers);
    curl->cleanup(curl->easy);
}

bool post_webhook_load(void)
{
    struct curl curl;
    return load(&curl);
}

void post_webhook(struct bytes address, struct bytes message, struct post *post)
{
    char url[URL_MAX];
    struct curl curl = {.easy = NULL};
    *post = (struct post){.ok = false};
    if (address.size >= sizeof url) {
        post_fail(post, "the address is too long");
        return;
    }
    if (!load(&curl)) {
        post_fail(post, "%s is not installed (Debian: libcurl4)", LIBRARY);
        return;
    }
    memcpy(url, address.data, address.size);
    url[address.size] = '\0';
    send_to(&curl, url, message, post);
}
