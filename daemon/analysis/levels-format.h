/* SPDX-License-Identifier: MIT */
/* levels-format.h - how the levels of a recording lie on disk. Pure.
 *
 * One file a recording, <state_directory>/analyses/<name>.<hash>.levels; all numbers
 * little endian.
 *
 *     bytes        what
 *     0            "ISRLEVEL"
 *     8   uint32   version: 1
 *     12  uint32   size of this header: 512
 *     16  uint32   state: 1 grows, 2 finished
 *     20  uint32   windows a second: 10
 *     24  uint32   weighting that the levels were made with: 0 none, 1 A, 2 high-pass
 *     28  uint32   flags: 1 complete, no window is missing; 2 decoded from the file
 *     32  int64    the unbroken run of audio: UTC µs at which it began
 *     40  uint64   number of the first window in that run
 *     48  uint64   stream time of the first window's first sample, ns
 *     56  int64    from the recording's first sample to that one, ns
 *     64  uint64   finished: number of windows
 *     72  uint64   finished: size of the recording, bytes; 0 is not known
 *     80  uint64   finished: where the summary begins; 0: there is none
 *     88  uint32   windows that an entry of the summary stands for
 *     96  char[128] source, filled up with 0
 *     224          0
 *
 * While it grows it is appended to, eight bytes a window: int16 level, raw, peak,
 * floor. What a crash leaves of a window is cut. Finished, it is four columns, each
 * of so many int16: levels, raw, peaks, floors; then the summary, which answers
 * questions about months: for every so many windows int16 min, max, mean power, peak,
 * floor, 0; uint16 windows that are known, uint16 floors that are known. Values are
 * centi-dB re full scale; -32768 stands where there is none. A window that straddles
 * two recordings belongs to the one in which it begins. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define ISR_LEVELS_HEADER_SIZE 512
#define ISR_LEVELS_COLUMNS 4
#define ISR_LEVELS_MAGIC "ISRLEVEL"
#define ISR_LEVELS_SUMMARY_WINDOWS 100

typedef enum {
  ISR_LEVELS_GROWS = 1,
  ISR_LEVELS_FINISHED = 2,
} IsrLevelsState;

typedef enum {
  ISR_LEVELS_COMPLETE = 1,
  ISR_LEVELS_DECODED = 2,
} IsrLevelsFlags;

typedef enum {
  ISR_COLUMN_LEVEL,
  ISR_COLUMN_RAW,
  ISR_COLUMN_PEAK,
  ISR_COLUMN_FLOOR,
} IsrLevelsColumn;

typedef struct {
  guint state, weighting, flags;
  gint64 run_us;
  guint64 first_window, position;
  gint64 offset_ns;
  guint64 n;
  guint64 recording_bytes;
  guint64 summary_at;
  guint summary_windows;
  char source[128];
} IsrLevelsHeader;

/* One of the summary. */
typedef struct {
  gint16 min, max, mean, peak, floor, unused;
  guint16 n, n_floors;
} IsrLevelsSummary;

void isr_levels_header_write (const IsrLevelsHeader *self, guint8 *bytes);
/* FALSE: it is none, or of another version. */
gboolean isr_levels_header_read (IsrLevelsHeader *self, const guint8 *bytes, gsize size);

/* Where a column begins in a finished file. */
guint64 isr_levels_column_at (const IsrLevelsHeader *self, IsrLevelsColumn column);

/* From this machine's byte order to the file's and back, in place. */
void isr_levels_swap (gint16 *values, gsize n);

/* Power of a level re full scale, and the level of a power. */
double isr_levels_power (int level);
gint16 isr_levels_from_power (double power);

/* Of @n windows from @first on. */
void isr_levels_summarise (IsrLevelsSummary *self, const gint16 *levels, const gint16 *peaks, const gint16 *floors, gsize n);

G_END_DECLS
