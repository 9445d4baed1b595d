/* SPDX-License-Identifier: MIT */
/* memory.h - how the allocator deals with many threads that each need little. */
#pragma once

/* To be called before the first thread is made. */
void isr_memory_save (void);

/* Gives back what is free. Milliseconds, during which no thread can allocate. */
void isr_memory_tidy (void);

#define ISR_MEMORY_TIDY 20 /* s between two times: the start of many streams needs the most */
