#include "tools/audit/post.h"

#include <curl/curl.h>
#include <stdio.h>
#include <string.h>

enum {
    URL_MAX = 1024,
};

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

/* Plain http is taken for this machine alone: contact_is_address has seen to it. */
static bool set_options(CURL *curl, const char *url, struct bytes message,
                        struct curl_slist *headers, struct answer *answer)
{
    return curl_easy_setopt(curl, CURLOPT_URL, url) == CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "https,http") == CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_POST, 1L) == CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_POSTFIELDS, (const char *)message.data) == CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)message.size) ==
               CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers) == CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_USERAGENT, "cairn") == CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L) == CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L) == CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_TIMEOUT, (long)POST_TIMEOUT_S) == CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_PROXY, "") == CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED) == CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, count_answer) == CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_WRITEDATA, answer) == CURLE_OK;
}

static void perform(CURL *curl, struct post *post)
{
    long code = 0;
    CURLcode result = curl_easy_perform(curl);
    if (result != CURLE_OK) {
        post_fail(post, "%s", curl_easy_strerror(result));
        return;
    }
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &code);
    if (code < 200 || code > 299) {
        post_fail(post, "answered with status %ld", code);
        return;
    }
    post->ok = true;
    snprintf(post->detail, sizeof post->detail, "answered with status %ld", code);
}

void post_webhook(struct bytes address, struct bytes message, struct post *post)
{
    char url[URL_MAX];
    struct answer answer = {0};
    *post = (struct post){.ok = false};
    CURL *curl = curl_easy_init();
    struct curl_slist *headers = curl_slist_append(NULL, "Content-Type: application/json");
    if (address.size < sizeof url) {
        memcpy(url, address.data, address.size);
        url[address.size] = '\0';
    }
    if (curl == NULL || headers == NULL || address.size >= sizeof url ||
        !set_options(curl, url, message, headers, &answer)) {
        post_fail(post, "the request could not be made");
    } else {
        perform(curl, post);
    }
    curl_slist_free_all(headers);
    curl_easy_cleanup(curl);
}
