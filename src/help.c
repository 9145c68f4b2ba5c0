/* SPDX-License-Identifier: GPL-2.0-or-later */
/* --help, from the tables. */
#include "nrb/options.h"

#include <stdio.h>
#include <string.h>

static const char purpose[] =
	"numa-reclaim-bench measures what each value of vm.zone_reclaim_mode does on\n"
	"this machine: where memory lands (locality) against what it costs (latency).\n";

static void print_option(const struct nrb_option_info *o, FILE *out)
{
	char left[40];
	int n;

	n = snprintf(left, sizeof(left), "%c%c%s--%s%s%s", o->letter ? '-' : ' ',
		o->letter ? o->letter : ' ', o->letter ? ", " : "  ", o->name,
		o->arg ? " " : "", o->arg ? o->arg : "");
	fprintf(out, "  %-25s", left);
	if (n > 24) {
		fprintf(out, "\n%27s", "");
	}
	fprintf(out, " %s\n", o->help);
}

static void print_command_help(const struct nrb_command_info *command, FILE *out)
{
	fprintf(out, "Usage: numa-reclaim-bench %s [OPTION...]%s%s\n%s\n\nExamples:\n",
		command->name, command->operands[0] != '\0' ? " " : "", command->operands,
		command->summary);
	for (int i = 0; command->examples[i] != NULL; i++) {
		fprintf(out, "  %s\n", command->examples[i]);
	}
	fprintf(out, "\nOptions (behind the semicolon: what holds without it):\n");
	for (const struct nrb_option_info *o = nrb_option_table; o->name != NULL; o++) {
		if (o->commands & command->command) {
			print_option(o, out);
		}
	}
	fprintf(out, "\nSee numa-reclaim-bench(8).\n");
}

static void print_commands(FILE *out)
{
	for (const struct nrb_command_info *c = nrb_command_table; c->name != NULL; c++) {
		fprintf(out, "  %-9s %s\n", c->name, c->summary);
	}
}

void nrb_options_help(const struct nrb_command_info *command, FILE *out)
{
	if (command != NULL) {
		print_command_help(command, out);
		return;
	}
	fprintf(out, "Usage: numa-reclaim-bench COMMAND [OPTION...]\n%s\nExamples:\n",
		purpose);
	for (int i = 0; i < 2; i++) {
		fprintf(out, "  %s\n", nrb_command_table[1 + i].examples[0]);
	}
	fprintf(out, "\nCommands:\n");
	print_commands(out);
	fprintf(out, "\nOptions:\n");
	for (const struct nrb_option_info *o = nrb_option_table; o->name != NULL; o++) {
		if (o->commands == NRB_COMMAND_ALL) {
			print_option(o, out);
		}
	}
	fprintf(out, "\nnuma-reclaim-bench COMMAND --help tells more. "
		     "See numa-reclaim-bench(8).\n");
}

void nrb_options_hint(FILE *out)
{
	fprintf(out, "%s\nExamples:\n", purpose);
	fprintf(out,
		"  numa-reclaim-bench check      what would run here, and what forbids it\n");
	fprintf(out,
		"  numa-reclaim-bench rehearse   try it in a virtual machine, no root\n");
	fprintf(out, "\nCommands:\n");
	print_commands(out);
	fprintf(out, "\nnuma-reclaim-bench --help tells more.\n");
}
