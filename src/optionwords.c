/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which word of a command line is the command, and what to say of one that is nothing. */
#include "nrb/diag.h"
#include "nrb/options.h"
#include "nrb/units.h"

#include <string.h>

static int unknown_command(const char *word)
{
	struct nrb_nearest nearest = { .word = word };

	for (const struct nrb_command_info *c = nrb_command_table; c->name != NULL; c++) {
		nrb_nearest_look(&nearest, c->name);
	}
	if (nearest.name != NULL) {
		return nrb_refuse(NRB_EXIT_USAGE, NULL, "no command %s; did you mean %s?",
			word, nearest.name);
	}
	return nrb_refuse(
		NRB_EXIT_USAGE, "see numa-reclaim-bench --help", "no command %s", word);
}

/* Its number of blocks would be decided by what the host's other programs do. */
static bool is_width(const char *name)
{
	return strcmp(name, "width") == 0;
}

/* The commands that have an option of this name: those of all its rows. */
static unsigned int commands_of(const char *name)
{
	unsigned int commands = 0;

	for (const struct nrb_option_info *o = nrb_option_table; o->name != NULL; o++) {
		commands |= strcmp(o->name, name) == 0 ? o->commands : 0;
	}
	return commands;
}

/* " (run has --dir)", of an option that other commands have; else "". */
static const char *say_owners(char *buf, size_t len, const char *name)
{
	unsigned int commands = commands_of(name);
	size_t used = 0;
	int owners = 0;

	buf[0] = '\0';
	for (const struct nrb_command_info *c = nrb_command_table;
		c->name != NULL && used < len; c++) {
		if (commands & c->command) {
			used += (size_t)snprintf(buf + used, len - used, "%s%s",
				owners++ == 0 ? " (" : ", ", c->name);
		}
	}
	if (owners > 0 && used < len) {
		snprintf(buf + used, len - used, " %s --%s)",
			owners == 1 ? "has" : "have", name);
	}
	return buf;
}

int nrb_options_refuse(const char *word, const struct nrb_command_info *command)
{
	const char *name = word + strspn(word, "-");
	char bare[64], owners[128];
	struct nrb_nearest nearest = { .word = bare };

	snprintf(bare, sizeof(bare), "%.*s", (int)strcspn(name, "="), name);
	if (is_width(bare) && command != NULL &&
		(command->command & (NRB_COMMAND_RUN | NRB_COMMAND_REHEARSE))) {
		return nrb_refuse(NRB_EXIT_USAGE, "give --blocks",
			"--width: times of a virtual machine are not real, so how well "
			"they are known decides nothing");
	}
	say_owners(owners, sizeof(owners), bare);
	for (const struct nrb_option_info *o = nrb_option_table; o->name != NULL; o++) {
		if (command == NULL || (o->commands & command->command)) {
			nrb_nearest_look(&nearest, o->name);
		}
	}
	if (nearest.name != NULL && nearest.distance > 0) {
		return nrb_refuse(NRB_EXIT_USAGE, NULL,
			"no option %s; did you mean --%s?%s", word, nearest.name, owners);
	}
	if (nearest.name != NULL && strchr(name, '=') != NULL) {
		return nrb_refuse(
			NRB_EXIT_USAGE, NULL, "--%s takes no value", nearest.name);
	}
	return nrb_refuse(NRB_EXIT_USAGE,
		command != NULL ? "see its --help" : "see numa-reclaim-bench --help",
		"%s has no option %s%s",
		command != NULL ? command->name : "numa-reclaim-bench", word, owners);
}

/* Whether the word behind this one is its value: an option that takes one and holds none. */
static bool takes_next_word(const char *word)
{
	for (const struct nrb_option_info *o = nrb_option_table; o->name != NULL; o++) {
		if (o->arg != NULL &&
			((word[1] == '-' && strcmp(word + 2, o->name) == 0) ||
				(o->letter != 0 && word[1] == o->letter &&
					word[2] == '\0'))) {
			return true;
		}
	}
	return false;
}

/* The command is the first word that is no option; where it stands, getopt does not say. */
int nrb_options_find_command(
	struct nrb_options *options, int argc, const char *const *argv)
{
	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "--") == 0) {
			break;
		}
		if (argv[i][0] == '-' && argv[i][1] != '\0') {
			i += takes_next_word(argv[i]);
			continue;
		}
		options->command = nrb_command_find(argv[i]);
		return options->command == NULL ? unknown_command(argv[i]) : 0;
	}
	return 0;
}
