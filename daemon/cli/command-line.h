/* SPDX-License-Identifier: MIT */
/* command-line.h - what was asked for, as a value. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef enum {
  ISR_COMMAND_RECORD,       /* isr [CONFIG], isr --demo */
  ISR_COMMAND_CHECK,        /* isr check [CONFIG] */
  ISR_COMMAND_LIST_DEVICES, /* isr --list-devices [--json] */
  ISR_COMMAND_COVERAGE,     /* isr coverage [--day D] [--source S] [--json] [CONFIG] */
  ISR_COMMAND_DOCTOR,       /* isr doctor [--json] [--bundle FILE] [CONFIG] */
  ISR_COMMAND_HEALTH,       /* isr health [CONFIG] */
  ISR_COMMAND_SERVE,        /* isr serve [DIR | CONFIG] */
  ISR_COMMAND_BACKUP,       /* isr backup FILE [CONFIG] */
  ISR_COMMAND_REPAIR,       /* isr repair PATH... */
  ISR_COMMAND_ANALYZE,      /* isr analyze [--mode M] [--margin DB] [--min-gap S] [--labels F] [--plot P] [--json] FILE... */
  ISR_COMMAND_DECODE,       /* isr decode-levels ...: for our own use */
  ISR_COMMAND_VERSION,      /* isr --version */
  ISR_COMMAND_HELP,         /* isr --help */
} IsrCommand;

typedef struct {
  IsrCommand command;
  char *config;    /* CONFIG, or NULL */
  GStrv paths;     /* what a command works on; never NULL */
  GStrv overrides; /* -o SECTION.KEY=VALUE, in order; never NULL */
  gboolean demo;
  gboolean json;
  char *day;                                     /* --day, or NULL */
  char *source;                                  /* --source, or NULL */
  char *bundle;                                  /* --bundle, or NULL */
  char *mode, *margin, *min_gap, *labels, *plot; /* of analyze, as they were written, or NULL */
  char *help;                                    /* the whole text of --help */
} IsrCommandLine;

/* @argv as main() has it. ISR_ERROR_USAGE with a sentence that ends in what to do. */
IsrCommandLine *isr_command_line_parse (int argc, char **argv, GError **error);
void isr_command_line_free (IsrCommandLine *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (IsrCommandLine, isr_command_line_free)

G_END_DECLS
