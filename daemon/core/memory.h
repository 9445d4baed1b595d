/* SPDX-License-Identifier: MIT */
/* memory.h - how the allocator deals with many threads that each need little. */
#pragma once

/* To be called before the first thread is made. */
void isr_memory_save (void);
