/* SPDX-License-Identifier: MIT */
/* memory.c - one heap for all threads, of which what is large is no part.
 *
 * A source has two threads, which wake up a few times a second and allocate next to
 * nothing. glibc gives them up to eight heaps per processor, of which each keeps what was
 * needed once, at the connect burst: with 500 sources a fifth of all memory. Its caches
 * per thread stay, so that threads do not wait for each other.
 *
 * To find where a burst belongs takes 8 MiB for some milliseconds. glibc would take that from the
 * kernel once, and from the heap, which grows by it, ever after; so the threshold is fixed. The
 * portions of large answers, 256 KiB, lie below it: to ask the kernel for each is slow. */
#include "daemon/core/memory.h"

#include <malloc.h>

#define LARGE (1024 * 1024)

void
isr_memory_save (void)
{
#ifdef M_ARENA_MAX
  mallopt (M_ARENA_MAX, 1);
  mallopt (M_MMAP_THRESHOLD, LARGE);
  mallopt (M_TRIM_THRESHOLD, 2 * LARGE);
#endif
}

/* A disk that stalls for seconds, or a day that somebody exports, needs megabytes once. What was
 * freed below something that lives is given back by nobody else: a process that runs for
 * months would stay as large as it was in its worst moment. */
void
isr_memory_tidy (void)
{
#ifdef __GLIBC__
  malloc_trim (0);
#endif
}
