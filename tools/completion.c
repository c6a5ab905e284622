#include "reports/filter/fields.h"
#include "tools/invocation.h"
#include "tools/verbs.h"

/* What the tables say ---------------------------------------------------------------------- */

/* Whether an argument of this name is a file or directory. */
static bool names_file(const char *argument)
{
    return argument != NULL &&
           (strstr(argument, "FILE") != NULL || strstr(argument, "PATH") != NULL ||
            strstr(argument, "DIR") != NULL);
}

static bool has_choices(const char *argument)
{
    return argument != NULL && strchr(argument, '|') != NULL;
}

/* Words in capitals stand for something else, and brackets are not part of any. */
static bool is_literal(struct bytes word)
{
    for (size_t i = 0; i < word.size; i++) {
        if (word.data[i] >= 'A' && word.data[i] <= 'Z') {
            return false;
        }
    }
    return word.size > 0;
}

static struct bytes without_brackets(struct bytes word)
{
    while (word.size > 0 && word.data[0] == '[') {
        word = bytes_of(word.data + 1, word.size - 1);
    }
    while (word.size > 0 && strchr("].", word.data[word.size - 1]) != NULL) {
        word.size--;
    }
    return word;
}

static void put_choices(struct output *output, const char *choices)
{
    struct bytes choice;
    const char *before = "";
    for (size_t i = 0; (choice = options_choice(choices, i)).size > 0; i++) {
        const struct bytes word = without_brackets(choice);
        if (is_literal(word)) {
            output_put_string(output, before);
            output_put_bytes(output, word);
            before = " ";
        }
    }
}

typedef void option_visit(struct output *output, const struct option_info *option);

/* Every option once: the global ones, then those of the verbs. */
static void each_option(const struct verb_table *table, struct output *output, option_visit *visit)
{
    size_t count;
    const struct option_info *global = command_global_options(&count);
    for (size_t i = 0; i < count; i++) {
        visit(output, &global[i]);
    }
    for (size_t i = 0; i < table->count; i++) {
        for (size_t j = 0; j < table->verbs[i]->option_count; j++) {
            const struct option_info *option = &table->verbs[i]->options[j];
            bool seen = false;
            for (size_t k = 0; k < i; k++) {
                for (size_t l = 0; l < table->verbs[k]->option_count; l++) {
                    seen = seen || strcmp(table->verbs[k]->options[l].name, option->name) == 0;
                }
            }
            if (!seen) {
                visit(output, option);
            }
        }
    }
}

/* The first word of a verb's name; *is_new: no verb before has the same. */
static struct bytes first_word(const struct verb_table *table, size_t index, bool *is_new)
{
    const char *name = table->verbs[index]->name;
    const struct bytes word = bytes_of(name, strcspn(name, " "));
    *is_new = !table->verbs[index]->hidden;
    for (size_t i = 0; i < index; i++) {
        const char *other = table->verbs[i]->name;
        *is_new = *is_new && !bytes_equal(word, bytes_of(other, strcspn(other, " ")));
    }
    return word;
}

static bool is_of_group(const struct verb *verb, struct bytes group)
{
    return strncmp(verb->name, (const char *)group.data, group.size) == 0 &&
           verb->name[group.size] == ' ';
}

static bool is_group(const struct verb_table *table, struct bytes word)
{
    for (size_t i = 0; i < table->count; i++) {
        if (is_of_group(table->verbs[i], word)) {
            return true;
        }
    }
    return false;
}

/* A group's word may be a verb by itself, too: `query`, `query save`. */
static bool is_verb(const struct verb_table *table, struct bytes word)
{
    for (size_t i = 0; i < table->count; i++) {
        if (bytes_equal(bytes_of_string(table->verbs[i]->name), word)) {
            return true;
        }
    }
    return false;
}

/* Where an expression stands, its fields are offered. */
static bool takes_expression(const struct verb *verb)
{
    return verb->arguments != NULL && strstr(verb->arguments, "EXPR") != NULL;
}

static void put_fields(struct output *output)
{
    for (size_t i = 0; i < FILTER_BODY; i++) {
        output_add(output, "%s%s", i > 0 ? " " : "", filter_fields[i].name);
    }
}

/* bash ------------------------------------------------------------------------------------- */

static void put_pattern(struct output *output, const struct option_info *option)
{
    output_add(output, "--%s", option->name);
    if (option->letter != 0) {
        output_add(output, "|-%c", option->letter);
    }
}

static void bash_skipped(struct output *output, const struct option_info *option)
{
    if (option->argument != NULL) {
        output_put_string(output, "        ");
        put_pattern(output, option);
        output_put_string(output, ") ((i++)); [[ ${COMP_WORDS[i]} == = ]] && ((i++)) ;;\n");
    }
}

static void bash_value(struct output *output, const struct option_info *option)
{
    if (option->argument == NULL) {
        return;
    }
    output_put_string(output, "    ");
    put_pattern(output, option);
    if (has_choices(option->argument)) {
        output_put_string(output, ") words='");
        put_choices(output, option->argument);
        output_put_string(output, "' ;;\n");
    } else {
        output_put_string(output,
                          names_file(option->argument) ? ") words=FILES ;;\n" : ") return ;;\n");
    }
}

static void bash_option(struct output *output, const struct option_info *option)
{
    output_add(output, " --%s", option->name);
}

static void put_group_words(const struct verb_table *table, struct bytes group,
                            struct output *output)
{
    for (size_t i = 0; i < table->count; i++) {
        if (is_of_group(table->verbs[i], group)) {
            output_add(output, " %s", table->verbs[i]->name + group.size + 1);
        }
    }
}

static void bash_verb(const struct verb_table *table, const struct verb *verb,
                      struct output *output)
{
    size_t count;
    const struct option_info *global = command_global_options(&count);
    output_add(output, "    '%s')\n        options='", verb->name);
    for (size_t i = 0; i < count; i++) {
        bash_option(output, &global[i]);
    }
    for (size_t i = 0; i < verb->option_count; i++) {
        bash_option(output, &verb->options[i]);
    }
    output_put_string(output, "'\n");
    if (has_choices(verb->arguments)) {
        output_put_string(output, "        words='");
        put_choices(output, verb->arguments);
        output_put_string(output, "'\n");
    } else if (takes_expression(verb)) {
        output_put_string(output, "        words='");
        put_fields(output);
        put_group_words(table, bytes_of_string(verb->name), output);
        output_put_string(output, "'\n");
    } else if (names_file(verb->arguments)) {
        output_put_string(output, "        words=FILES\n");
    }
    output_put_string(output, "        ;;\n");
}

static void put_first_words(const struct verb_table *table, struct output *output)
{
    bool is_new;
    for (size_t i = 0; i < table->count; i++) {
        const struct bytes word = first_word(table, i, &is_new);
        if (is_new) {
            output_put_char(output, ' ');
            output_put_bytes(output, word);
        }
    }
}

static void bash_groups(const struct verb_table *table, struct output *output)
{
    bool is_new;
    for (size_t i = 0; i < table->count; i++) {
        const struct bytes word = first_word(table, i, &is_new);
        if (is_new && is_group(table, word) && !is_verb(table, word)) {
            output_add(output, "    '%.*s') words='", (int)word.size, (const char *)word.data);
            put_group_words(table, word, output);
            output_put_string(output, "' ;;\n");
        }
    }
}

static void put_bash(const struct verb_table *table, struct output *output)
{
    output_put_string(
        output, "# bash completion for cairn, made by `cairn completion bash`.\n"
                "_cairn() {\n"
                "    local current=${COMP_WORDS[COMP_CWORD]} previous= verb= words= options= i\n"
                "    ((COMP_CWORD > 0)) && previous=${COMP_WORDS[COMP_CWORD-1]}\n"
                "    if [[ $current == = ]]; then current=; "
                "elif [[ $previous == = ]]; then previous=${COMP_WORDS[COMP_CWORD-2]}; fi\n"
                "    for ((i = 1; i < COMP_CWORD; i++)); do\n"
                "        case ${COMP_WORDS[i]} in\n");
    each_option(table, output, bash_skipped);
    output_put_string(output, "        -*|=) ;;\n"
                              "        *) verb=${verb:+$verb }${COMP_WORDS[i]} ;;\n"
                              "        esac\n"
                              "    done\n"
                              "    case $previous in\n");
    each_option(table, output, bash_value);
    output_put_string(output,
                      "    *)\n    while :; do\n    case $verb in\n    '')\n        words='");
    put_first_words(table, output);
    output_put_string(output, "'\n        options='");
    size_t count;
    const struct option_info *global = command_global_options(&count);
    for (size_t i = 0; i < count; i++) {
        bash_option(output, &global[i]);
    }
    output_put_string(output, "'\n        ;;\n");
    for (size_t i = 0; i < table->count; i++) {
        bash_verb(table, table->verbs[i], output);
    }
    bash_groups(table, output);
    output_put_string(output,
                      "    *' '*) verb=${verb% *}; continue ;;\n"
                      "    esac\n"
                      "    break\n"
                      "    done\n"
                      "    [[ $current == -* ]] && words=$options\n"
                      "    ;;\n"
                      "    esac\n"
                      "    if [[ $words == FILES ]]; then\n"
                      "        compopt -o filenames 2>/dev/null\n"
                      "        mapfile -t COMPREPLY < <(compgen -f -- \"$current\")\n"
                      "    else\n"
                      "        mapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$current\")\n"
                      "    fi\n"
                      "}\n"
                      "complete -F _cairn cairn\n");
}

/* fish ------------------------------------------------------------------------------------- */

static void put_quoted(struct output *output, const char *text, const char *quote)
{
    output_put_char(output, '\'');
    for (; *text != '\0'; text++) {
        if (*text == '\'') {
            output_put_string(output, quote);
        } else {
            output_put_char(output, *text);
        }
    }
    output_put_char(output, '\'');
}

static void fish_option(struct output *output, const char *condition,
                        const struct option_info *option)
{
    output_put_string(output, "complete -c cairn");
    if (condition != NULL) {
        output_add(output, " -n '%s'", condition);
    }
    output_add(output, " -l %s", option->name);
    if (option->letter != 0) {
        output_add(output, " -s %c", option->letter);
    }
    if (has_choices(option->argument)) {
        output_put_string(output, " -x -a '");
        put_choices(output, option->argument);
        output_put_char(output, '\'');
    } else if (option->argument != NULL) {
        output_put_string(output, names_file(option->argument) ? " -r -F" : " -x");
    }
    output_put_string(output, " -d ");
    put_quoted(output, option->about, "\\'");
    output_put_char(output, '\n');
}

/* The condition under which fish is completing this verb. */
static void fish_condition(const struct verb *verb, struct text *out)
{
    const size_t first = strcspn(verb->name, " ");
    text_add(out, "__fish_seen_subcommand_from %.*s", (int)first, verb->name);
    if (verb->name[first] == ' ') {
        text_add(out, "; and __fish_seen_subcommand_from %s", verb->name + first + 1);
    }
}

static void fish_verb(const struct verb_table *table, size_t index, struct output *output)
{
    const struct verb *verb = table->verbs[index];
    char memory[256];
    struct text condition = TEXT_IN(memory);
    bool is_new;
    const struct bytes first = first_word(table, index, &is_new);
    if (verb->name[first.size] == ' ') {
        if (is_new) {
            output_add(output, "complete -c cairn -n __fish_use_subcommand -a %.*s\n",
                       (int)first.size, (const char *)first.data);
        }
        output_add(output,
                   "complete -c cairn -n '__fish_seen_subcommand_from %.*s; and not "
                   "__fish_seen_subcommand_from",
                   (int)first.size, (const char *)first.data);
        put_group_words(table, first, output);
        output_add(output, "' -a %s -d ", verb->name + first.size + 1);
    } else {
        output_add(output, "complete -c cairn -n __fish_use_subcommand -a %s -d ", verb->name);
    }
    put_quoted(output, verb->about, "\\'");
    output_put_char(output, '\n');
    fish_condition(verb, &condition);
    for (size_t i = 0; i < verb->option_count; i++) {
        fish_option(output, text_string(&condition), &verb->options[i]);
    }
    if (has_choices(verb->arguments)) {
        output_add(output, "complete -c cairn -n '%s' -a '", text_string(&condition));
        put_choices(output, verb->arguments);
        output_put_string(output, "'\n");
    } else if (takes_expression(verb)) {
        output_add(output, "complete -c cairn -n '%s' -a '", text_string(&condition));
        put_fields(output);
        output_put_string(output, "'\n");
    } else if (names_file(verb->arguments)) {
        output_add(output, "complete -c cairn -n '%s' -F\n", text_string(&condition));
    }
}

static void put_fish(const struct verb_table *table, struct output *output)
{
    size_t count;
    const struct option_info *global = command_global_options(&count);
    output_put_string(output, "# fish completion for cairn, made by `cairn completion fish`.\n"
                              "complete -c cairn -f\n");
    for (size_t i = 0; i < count; i++) {
        fish_option(output, NULL, &global[i]);
    }
    for (size_t i = 0; i < table->count; i++) {
        if (!table->verbs[i]->hidden) {
            fish_verb(table, i, output);
        }
    }
}

/* zsh -------------------------------------------------------------------------------------- */

static void zsh_skipped(struct output *output, const struct option_info *option)
{
    if (option->argument != NULL) {
        output_put_string(output, "        (");
        put_pattern(output, option);
        output_put_string(output, ") ((i++)) ;;\n");
    }
}

static void zsh_value(struct output *output, const struct option_info *option)
{
    if (option->argument == NULL) {
        return;
    }
    output_put_string(output, "    (");
    put_pattern(output, option);
    if (has_choices(option->argument)) {
        output_put_string(output, ") compadd -- ");
        put_choices(output, option->argument);
        output_put_string(output, "; return ;;\n");
    } else {
        output_put_string(output,
                          names_file(option->argument) ? ") _files; return ;;\n" : ") return ;;\n");
    }
}

/* `'name:about'`, as _describe wants it. */
static void zsh_described(struct output *output, const char *prefix, struct bytes name,
                          const char *about)
{
    output_put_string(output, " '");
    output_put_string(output, prefix);
    output_put_bytes(output, name);
    output_put_string(output, "':");
    put_quoted(output, about, "'\\''");
}

static void zsh_options(struct output *output, const struct option_info *options, size_t count)
{
    output_put_string(output, "options+=(");
    for (size_t i = 0; i < count; i++) {
        zsh_described(output, "--", bytes_of_string(options[i].name), options[i].about);
    }
    output_put_string(output, ")\n");
}

static void zsh_group_words(const struct verb_table *table, struct bytes group,
                            struct output *output)
{
    output_put_string(output, "commands=(");
    for (size_t i = 0; i < table->count; i++) {
        if (is_of_group(table->verbs[i], group)) {
            zsh_described(output, "", bytes_of_string(table->verbs[i]->name + group.size + 1),
                          table->verbs[i]->about);
        }
    }
    output_put_string(output, ")");
}

static void zsh_verb(const struct verb_table *table, const struct verb *verb, struct output *output)
{
    output_add(output, "    ('%s')\n        ", verb->name);
    zsh_options(output, verb->options, verb->option_count);
    if (has_choices(verb->arguments)) {
        output_put_string(output, "        choices=(");
        put_choices(output, verb->arguments);
        output_put_string(output, ")\n");
    } else if (takes_expression(verb)) {
        output_put_string(output, "        choices=(");
        put_fields(output);
        output_put_string(output, ")\n");
    } else if (names_file(verb->arguments)) {
        output_put_string(output, "        files=1\n");
    }
    if (is_group(table, bytes_of_string(verb->name))) {
        output_put_string(output, "        ");
        zsh_group_words(table, bytes_of_string(verb->name), output);
        output_put_string(output, "\n");
    }
    output_put_string(output, "        ;;\n");
}

static void zsh_group(const struct verb_table *table, struct bytes group, struct output *output)
{
    output_add(output, "    ('%.*s') ", (int)group.size, (const char *)group.data);
    zsh_group_words(table, group, output);
    output_put_string(output, " ;;\n");
}

static void zsh_first_words(const struct verb_table *table, struct output *output)
{
    bool is_new;
    output_put_string(output, "    ('') commands=(");
    for (size_t i = 0; i < table->count; i++) {
        const struct bytes word = first_word(table, i, &is_new);
        if (is_new) {
            zsh_described(output, "", word, is_verb(table, word) ? table->verbs[i]->about : "");
        }
    }
    output_put_string(output, ") ;;\n");
    for (size_t i = 0; i < table->count; i++) {
        const struct bytes word = first_word(table, i, &is_new);
        if (is_new && is_group(table, word) && !is_verb(table, word)) {
            zsh_group(table, word, output);
        }
    }
}

static void put_zsh(const struct verb_table *table, struct output *output)
{
    size_t count;
    const struct option_info *global = command_global_options(&count);
    output_put_string(output, "#compdef cairn\n"
                              "# zsh completion for cairn, made by `cairn completion zsh`.\n"
                              "_cairn() {\n"
                              "    local verb= files= previous=${words[CURRENT-1]} i\n"
                              "    local -a commands options choices\n"
                              "    for ((i = 2; i < CURRENT; i++)); do\n"
                              "        case ${words[i]} in\n");
    each_option(table, output, zsh_skipped);
    output_put_string(output, "        (-*) ;;\n"
                              "        (*) verb=${verb:+$verb }${words[i]} ;;\n"
                              "        esac\n"
                              "    done\n"
                              "    case $previous in\n");
    each_option(table, output, zsh_value);
    output_put_string(output, "    esac\n    ");
    zsh_options(output, global, count);
    output_put_string(output, "    while :; do\n    case $verb in\n");
    zsh_first_words(table, output);
    for (size_t i = 0; i < table->count; i++) {
        zsh_verb(table, table->verbs[i], output);
    }
    output_put_string(output, "    (*' '*) verb=${verb% *}; continue ;;\n"
                              "    esac\n"
                              "    break\n"
                              "    done\n"
                              "    if [[ ${words[CURRENT]} == -* ]]; then\n"
                              "        _describe -o option options\n"
                              "    elif (( $#commands )); then\n"
                              "        _describe command commands\n"
                              "    elif (( $#choices )); then\n"
                              "        compadd -- $choices\n"
                              "    elif [[ -n $files ]]; then\n"
                              "        _files\n"
                              "    fi\n"
                              "}\n"
                              "if [[ ${funcstack[1]} == _cairn ]]; then _cairn \"$@\"; "
                              "else compdef _cairn cairn; fi\n");
}

/* The verb --------------------------------------------------------------------------------- */

static enum exit_code run_completion(struct invocation *invocation)
{
    static const struct {
        const char *shell;
        void (*put)(const struct verb_table *table, struct output *output);
    } shells[] = {{"bash", put_bash}, {"zsh", put_zsh}, {"fish", put_fish}};
    const char *shell = invocation_argument(invocation, 0);
    for (size_t i = 0; i < sizeof shells / sizeof shells[0]; i++) {
        if (strcmp(shell, shells[i].shell) == 0) {
            shells[i].put(invocation->table, invocation->output);
            return EXIT_DONE;
        }
    }
    return invocation_fail(invocation, EXIT_USAGE, "there are bash, zsh and fish",
                           "there is no completion for the shell %.80s", shell);
}

const struct verb verb_completion = {
    .name = "completion",
    .about = "print a shell's completion script",
    .arguments = "bash|zsh|fish",
    .details = "The script is made from the same tables that the command line is read by.",
    .examples = "source <(cairn completion bash)\n"
                "cairn completion fish >~/.config/fish/completions/cairn.fish\n",
    .purpose = PURPOSE_HELP,
    .run = run_completion,
};
