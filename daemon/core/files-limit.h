/* SPDX-License-Identifier: MIT */
/* files-limit.h - how many files may be open: six for each stream, one for each page. */
#pragma once

/* Raises the soft limit, which is 1024 nearly everywhere, as far as the hard one lets it. */
void isr_files_limit_raise (void);

/* How many files visitors may have open at most: half of all. The other half is for recording. */
unsigned isr_files_limit_get_share (void);
