/* SPDX-License-Identifier: MIT */
/* lead.h - what somebody has to be told who takes a stream up where another one left it:
 *
 *     passed on before   ...[page | frame | pa]        torn anywhere
 *     lead      head + [page | frame | pa]
 *     then                                 [ge | frame | ...
 *
 * The head that is in force, and so much of what came last that a torn frame is whole again
 * and a decoder is warm. Nothing of it is new. Pure. */
#pragma once

#include "plugins/http/past.h"

G_BEGIN_DECLS

#define ISR_LEAD_SIZE (64 * 1024) /* bytes of what came last, about */

GBytes *isr_lead_new (const IsrPast *past);

G_END_DECLS
