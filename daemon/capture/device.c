/* SPDX-License-Identifier: MIT */
/* device.c - devices as values: matching and choosing, without asking anybody. */
#include "daemon/capture/device.h"

#include "daemon/core/error.h"

#include <string.h>

static const char *const kind_names[] = {
  [ISR_DEVICE_CARD] = "card",
  [ISR_DEVICE_PCM] = "pcm",
  [ISR_DEVICE_PULSE] = "pulse",
  [ISR_DEVICE_MONITOR] = "monitor",
};

const char *
isr_device_kind_to_string (IsrDeviceKind kind)
{
  g_return_val_if_fail (kind < G_N_ELEMENTS (kind_names), NULL);

  return kind_names[kind];
}

IsrDevice *
isr_device_new (IsrDeviceKind kind, const char *id, const char *name)
{
  IsrDevice *self = g_new0 (IsrDevice, 1);

  self->kind = kind;
  self->id = g_strdup (id);
  self->name = g_strdup (name);
  return self;
}

IsrDevice *
isr_device_copy (const IsrDevice *self)
{
  IsrDevice *copy = g_memdup2 (self, sizeof *self);

  copy->id = g_strdup (self->id);
  copy->card = g_strdup (self->card);
  copy->usb = g_strdup (self->usb);
  copy->name = g_strdup (self->name);
  copy->server = g_strdup (self->server);
  copy->source = g_strdup (self->source);
  copy->problem = g_strdup (self->problem);
  return copy;
}

void
isr_device_free (IsrDevice *self)
{
  g_free (self->id);
  g_free (self->card);
  g_free (self->usb);
  g_free (self->name);
  g_free (self->server);
  g_free (self->source);
  g_free (self->problem);
  g_free (self);
}

char *
isr_device_dup_card (const IsrDevice *self)
{
  const char *arguments = strchr (self->id, ':'), *named = strstr (self->id, "CARD=");

  if (self->card)
    return g_strdup (self->card);
  if (self->kind != ISR_DEVICE_PCM || !arguments)
    return NULL;
  arguments = named ? named + strlen ("CARD=") : arguments + 1;
  return g_strndup (arguments, strcspn (arguments, ","));
}

typedef gboolean (*Rule) (const IsrDevice *device, const char *wanted);

static gboolean
is_id (const IsrDevice *device, const char *wanted)
{
  return g_str_equal (device->id, wanted);
}

static gboolean
is_card_id (const IsrDevice *device, const char *wanted)
{
  return g_strcmp0 (device->card, wanted) == 0;
}

static gboolean
is_usb_path (const IsrDevice *device, const char *wanted)
{
  return g_strcmp0 (device->usb, wanted) == 0;
}

static gboolean
is_word (const IsrDevice *device, const char *wanted)
{
  return device->is_default && g_str_equal (wanted, device->kind == ISR_DEVICE_MONITOR ? "monitor" : "default");
}

static gboolean
has_part (const IsrDevice *device, const char *wanted)
{
  g_autofree char *part = g_utf8_casefold (wanted, -1);
  g_autofree char *id = g_utf8_casefold (device->id, -1);
  g_autofree char *name = g_utf8_casefold (device->name, -1);

  return strstr (id, part) || strstr (name, part);
}

static guint
distance (const char *a, const char *b)
{
  gsize n = strlen (b);
  g_autofree guint *row = g_new (guint, n + 1);

  for (gsize j = 0; j <= n; j++)
    row[j] = j;
  for (; *a; a++) {
    guint diagonal = row[0]++;

    for (gsize j = 1; j <= n; j++) {
      guint best = MIN (MIN (row[j], row[j - 1]) + 1, diagonal + (g_ascii_tolower (*a) != g_ascii_tolower (b[j - 1])));

      diagonal = row[j];
      row[j] = best;
    }
  }
  return row[n];
}

static const char *
nearest (GPtrArray *devices, const char *wanted)
{
  const char *best = NULL;
  guint least = G_MAXUINT;

  for (guint i = 0; i < devices->len; i++) {
    const IsrDevice *device = devices->pdata[i];
    guint by_id = distance (wanted, device->id), by_card = device->card ? distance (wanted, device->card) : G_MAXUINT;

    if (MIN (by_id, by_card) < least) {
      least = MIN (by_id, by_card);
      best = device->id;
    }
  }
  return best;
}

static char *
list_ids (GPtrArray *devices)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < devices->len; i++) {
    const IsrDevice *device = devices->pdata[i];

    g_string_append_printf (text, "%s%s (%s)", i ? ", " : "", device->id, device->name);
  }
  return g_string_free (text, FALSE);
}

static void
set_none_error (GPtrArray *devices, const char *wanted, GError **error)
{
  if (devices->len == 0)
    g_set_error (error, ISR_ERROR, ISR_ERROR_DEVICE, "device “%s”: there is no sound card, no PCM of asound.conf and no PulseAudio source here; `isr --list-devices` shows what there is", wanted);
  else if (g_str_equal (wanted, "default") || g_str_equal (wanted, "monitor"))
    g_set_error (error, ISR_ERROR, ISR_ERROR_DEVICE, "device “%s”: there is none; give one of `isr --list-devices`, for instance “%s”", wanted, ((IsrDevice *) devices->pdata[0])->id);
  else
    g_set_error (error, ISR_ERROR, ISR_ERROR_DEVICE, "device “%s” is not there; the nearest is “%s”, `isr --list-devices` shows all", wanted, nearest (devices, wanted));
}

const IsrDevice *
isr_device_match (GPtrArray *devices, const char *wanted, GError **error)
{
  static const struct {
    Rule rule;
    gboolean first_wins; /* a card has several PCMs: its first is meant */
  } rules[] = { { is_id, TRUE }, { is_card_id, TRUE }, { is_usb_path, TRUE }, { is_word, TRUE }, { has_part, FALSE } };
  g_autofree char *ids = NULL;

  for (guint r = 0; r < G_N_ELEMENTS (rules); r++) {
    g_autoptr (GPtrArray) found = g_ptr_array_new ();

    for (guint i = 0; i < devices->len; i++)
      if (rules[r].rule (devices->pdata[i], wanted))
        g_ptr_array_add (found, devices->pdata[i]);
    if (found->len == 1 || (found->len && rules[r].first_wins))
      return found->pdata[0];
    if (found->len) {
      ids = list_ids (found);
      g_set_error (error, ISR_ERROR, ISR_ERROR_DEVICE, "device “%s” can be %u things: %s; write one of these ids", wanted, found->len, ids);
      return NULL;
    }
  }
  set_none_error (devices, wanted, error);
  return NULL;
}

typedef struct {
  const char *what, *key;
  guint min, max;
} Limit;

static gboolean
check_limit (const IsrDevice *device, guint wanted, const Limit *limit, GError **error)
{
  if (!wanted || !limit->max || (limit->min <= wanted && wanted <= limit->max))
    return TRUE;
  if (limit->min == limit->max)
    g_set_error (error, ISR_ERROR, ISR_ERROR_DEVICE, "device “%s” has %u %s, not %u; remove %s", device->id, limit->max, limit->what, wanted, limit->key);
  else
    g_set_error (error, ISR_ERROR, ISR_ERROR_DEVICE, "device “%s” has %u to %u %s, not %u; change or remove %s", device->id, limit->min, limit->max, limit->what, wanted, limit->key);
  return FALSE;
}

static guint
native_rate (const IsrDeviceRange *range)
{
  if (!range->rate_max || (range->rate_min <= 48000 && 48000 <= range->rate_max))
    return 48000;
  return range->rate_max;
}

static guint
native_channels (const IsrDeviceRange *range)
{
  if (!range->channels_max)
    return 2;
  return MAX (range->channels_min, MIN (range->channels_max, 2));
}

gboolean
isr_device_choose (const IsrDevice *device, guint rate, guint channels, IsrDeviceSpec *spec, GError **error)
{
  Limit rates = { "Hz", "sample_rate", device->limits.rate_min, device->limits.rate_max };
  Limit counts = { "channel(s)", "channels", device->limits.channels_min, device->limits.channels_max };

  spec->rate = rate ? rate : native_rate (&device->range);
  spec->channels = channels ? channels : native_channels (&device->range);
  spec->format = device->range.format ? device->range.format : "S16LE";
  return check_limit (device, rate, &rates, error) && check_limit (device, channels, &counts, error);
}
