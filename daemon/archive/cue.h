/* SPDX-License-Identifier: MIT */
/* cue.h - titles of a recording as a CUE sheet, which players show as tracks. Pure.
 *
 *     FILE "jazz_20240131T120000+0100.mp3" MP3
 *       TRACK 01 AUDIO
 *         TITLE "So What"
 *         PERFORMER "Miles Davis"
 *         INDEX 01 00:00:00        minutes:seconds:frames, 75 frames a second */
#pragma once

#include "daemon/core/recording.h"
#include "daemon/core/title.h"

G_BEGIN_DECLS

/* @titles: IsrTitle, oldest first; what began before the recording is at its start.
 * Without titles the sheet has no track. The format knows no quotes inside quotes:
 * they become '. Not ended at 99 tracks as on a disc: nothing is left out. */
char *isr_cue_format (const IsrRecording *recording, GPtrArray *titles);

G_END_DECLS
