/* SPDX-License-Identifier: MIT */
/* device.h - one thing that can be recorded, as a value, and how a device string
 * of the config finds it. Pure. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef enum {
  ISR_DEVICE_CARD,    /* a capture PCM of a sound card, by the card's stable id */
  ISR_DEVICE_PCM,     /* defined in asound.conf or .asoundrc, or any other ALSA name */
  ISR_DEVICE_PULSE,   /* a source of PulseAudio or PipeWire */
  ISR_DEVICE_MONITOR, /* what one of their sinks plays */
} IsrDeviceKind;

const char *isr_device_kind_to_string (IsrDeviceKind kind); /* "card", "pcm", "pulse", "monitor" */

/* What a device can do, or, with equal ends, what it does. */
typedef struct {
  guint rate_min, rate_max;         /* Hz; 0: unknown */
  guint channels_min, channels_max; /* 0: unknown */
  const char *format;               /* the widest one, as GStreamer names it ("S16LE"); NULL: unknown */
} IsrDeviceRange;

typedef struct {
  char *id;   /* what to write as `device =` */
  char *card; /* id of its card; NULL: none */
  char *usb;  /* where it is plugged in (usbpath.h); NULL: not on USB */
  char *name; /* for people */
  IsrDeviceKind kind;
  gboolean is_default;   /* the one that `default` (a monitor: `monitor`) means */
  IsrDeviceRange range;  /* its own, without conversion */
  IsrDeviceRange limits; /* what it takes, conversion by ALSA or the server included */
  char *server;          /* with source: where pulsesrc finds it; NULL: the user's own */
  char *source;          /* name for pulsesrc; NULL: alsasrc, by id */
  char *problem;         /* why it can not be opened now; NULL: it can, or was not tried */
} IsrDevice;

IsrDevice *isr_device_new (IsrDeviceKind kind, const char *id, const char *name);
IsrDevice *isr_device_copy (const IsrDevice *self);
void isr_device_free (IsrDevice *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (IsrDevice, isr_device_free)

/* What `amixer -c` calls its card, also when only its PCM is known by name
 * ("plughw:CARD=Mic,DEV=0", "hw:1"); NULL: none. (transfer full) */
char *isr_device_dup_card (const IsrDevice *self);

/* The rule of device strings: an exact id, card id or USB path first, then the words
 * `default` and `monitor`, then a part of an id or name, in any case.
 * ISR_ERROR_DEVICE: several match (all are listed), or none (the nearest is
 * named). @devices: IsrDevice. */
const IsrDevice *isr_device_match (GPtrArray *devices, const char *wanted, GError **error);

/* What to ask the device for: its own rate, channels and format. In a range,
 * 48 kHz when it has that, else its highest rate; at most two channels. @rate
 * and @channels: of the config, 0 = native. ISR_ERROR_DEVICE: it can not. */
typedef struct {
  guint rate, channels;
  const char *format;
} IsrDeviceSpec;

gboolean isr_device_choose (const IsrDevice *device, guint rate, guint channels, IsrDeviceSpec *spec, GError **error);

G_END_DECLS
