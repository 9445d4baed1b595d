/* SPDX-License-Identifier: MIT */
/* isrhttpsrc.h - SECTION:element-isrhttpsrc
 *
 * A live source for audio streams over HTTP (Icecast, SHOUTcast and their like) that
 * makes one endless stream of many connections. When the server drops the connection
 * or falls silent, it connects again and finds the burst, with which servers begin, in
 * the bytes that it passed on before: downstream sees no seam, no EOS, no second
 * segment. Where the burst does not reach back far enough, the serialized event isr-gap
 * says so before the next buffer. See plugins/messages.h for it and for the message
 * isr-stream, which tells each change of the connection.
 *
 *     gst-launch-1.0 isrhttpsrc location=http://host:8000/live.mp3 ! isrsplitsink
 *     gst-launch-1.0 isrhttpsrc location=http://host:8000/live.mp3 ! decodebin ! autoaudiosink
 *
 * Buffers hold the audio alone, in bytes, without timestamps: ICY titles are taken out
 * and sent as tag events at their place (field "position": bytes before it). */
#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

#define ISR_TYPE_HTTP_SRC (isr_http_src_get_type ())
GType isr_http_src_get_type (void);

G_END_DECLS
