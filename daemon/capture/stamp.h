/* SPDX-License-Identifier: MIT */
/* stamp.h - each buffer of a sound card says itself when it was heard. */
#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

/* Those that come into @pad from now on, see ISR_HEARD_CAPS in plugins/messages.h. */
void isr_stamp_buffers (GstPad *pad);

G_END_DECLS
