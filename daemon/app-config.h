/* SPDX-License-Identifier: MIT */
/* app-config.h - which configuration this run has. */
#pragma once

#include "daemon/cli/command-line.h"
#include "daemon/config/config.h"

G_BEGIN_DECLS

/* CONFIG of the command line; else ./config.ini, /etc/isr/config.ini; else the
 * built-in one: the default sound card where there is one, else the demo scene,
 * which is said on stderr. Warnings go to stderr. ISR_ERROR_CONFIG: every
 * problem, a line each. */
IsrConfig *isr_app_config_load (const IsrCommandLine *line, GError **error);

/* The same again, while @current is recorded: from the file that it came from. What can not
 * change while isr runs, output_directory and state_directory, stays as it is, and @pinned
 * is then set. NULL: what is wrong is in @problems, none of it printed. */
IsrConfig *isr_app_config_load_again (const IsrCommandLine *line, const IsrConfig *current, GPtrArray *problems, gboolean *pinned);

/* The same for those that record nothing: no source is needed. */
IsrConfig *isr_app_config_load_archive (const IsrCommandLine *line, GError **error);

/* For those who want to know what is wrong: NULL and the problems, none of them
 * printed. Without any configuration the default sound card is meant. */
IsrConfig *isr_app_config_load_doubtful (const IsrCommandLine *line, GPtrArray *problems);
/* For `isr serve`: its word is a directory, or a configuration. */
IsrConfig *isr_app_config_load_serve (const IsrCommandLine *line, GError **error);

/* FALSE when nothing at all could be recorded: every source is a sound card that
 * is unknown here. A card that is missing beside other sources is waited for.
 * ISR_ERROR_CONFIG, with the nearest names. Blocks while devices are asked. */
gboolean isr_app_config_check_devices (const IsrConfig *config, GError **error);

G_END_DECLS
