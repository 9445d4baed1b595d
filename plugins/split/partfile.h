/* SPDX-License-Identifier: MIT */
/* partfile.h - one recording on the disk, hidden until it is whole.
 *
 *     open    takes   day/mic_1000.wav.part   (and with it the name day/mic_1000.wav)
 *     append, patch, truncate, sync
 *     commit  syncs, renames to day/mic_1000.wav, syncs the directory
 *     keep    leaves the .part for repair
 *     discard removes it
 *
 * The .part is flock'ed as long as a process writes it: repair keeps off. Where
 * a name is taken, by a file or by somebody's .part, the next of _2, _3, ... is
 * used: two recorders with one pattern never meet.
 *
 * Every call returns 0 or an errno and may be repeated after a failure: nothing
 * is written twice and nothing is left out. Belongs to one thread. */
#pragma once

#include "plugins/split/fileverbs.h"

G_BEGIN_DECLS

#define ISR_PART_SUFFIX ".part"

typedef struct _IsrPartFile IsrPartFile;

/* Creates @stem[_N].@extension.part and the directories above it. NULL: *@code
 * says why. */
IsrPartFile *isr_part_file_open (const IsrFileVerbs *verbs, const char *stem, const char *extension, int *code);

int isr_part_file_append (IsrPartFile *self, const void *data, gsize size) G_GNUC_WARN_UNUSED_RESULT;
int isr_part_file_patch (IsrPartFile *self, guint64 offset, const void *data, gsize size) G_GNUC_WARN_UNUSED_RESULT;
int isr_part_file_truncate (IsrPartFile *self, guint64 size) G_GNUC_WARN_UNUSED_RESULT;
int isr_part_file_sync (IsrPartFile *self) G_GNUC_WARN_UNUSED_RESULT;

/* Afterwards the file is complete and durable under isr_part_file_get_final(),
 * which may have got another suffix meanwhile. */
int isr_part_file_commit (IsrPartFile *self) G_GNUC_WARN_UNUSED_RESULT;

/* Cuts off what a failed append left behind the last whole one. */
void isr_part_file_trim (IsrPartFile *self);

const char *isr_part_file_get_path (IsrPartFile *self);  /* with .part */
const char *isr_part_file_get_final (IsrPartFile *self); /* without */
guint64 isr_part_file_get_size (IsrPartFile *self);      /* whole appends, in bytes */
int isr_part_file_get_fd (IsrPartFile *self);            /* for reading it back */

/* Ends the object: the file stays as it is, or is removed. */
void isr_part_file_close (IsrPartFile *self);
void isr_part_file_discard (IsrPartFile *self);

/* Gives the finished file @from the first free name of @stem and @extension, in
 * directories that are made; nothing is replaced. @to: its name now (that may be the old
 * one). 0 or an errno. */
int isr_part_file_move (const IsrFileVerbs *verbs, const char *from, const char *stem, const char *extension, char **to);

G_END_DECLS
