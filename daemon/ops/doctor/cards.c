/* SPDX-License-Identifier: MIT */
/* cards.c - sound cards by their nodes.
 *
 * /proc/asound is masked in containers; the control nodes are what counts, for it is
 * they that are opened. The id comes from /sys, which is there in a container too,
 * else from the card itself. */
#include "daemon/ops/doctor/exam.h"

#include <alsa/asoundlib.h>
#include <stdio.h>
#include <string.h>

static void
card_free (gpointer data)
{
  IsrCard *self = data;

  g_free (self->id);
  g_array_unref (self->captures);
  g_free (self);
}

/* The card itself, when /sys does not tell. */
static char *
ask_id (int number)
{
  g_autofree char *name = g_strdup_printf ("hw:%d", number);
  snd_ctl_card_info_t *info = NULL;
  snd_ctl_t *ctl = NULL;
  char *id = NULL;

  if (isr_system_is_fake () || snd_ctl_open (&ctl, name, SND_CTL_NONBLOCK) < 0)
    return NULL;
  snd_ctl_card_info_alloca (&info);
  if (snd_ctl_card_info (ctl, info) == 0)
    id = g_strdup (snd_ctl_card_info_get_id (info));
  snd_ctl_close (ctl);
  return id;
}

static IsrCard *
card_new (int number, const GPtrArray *nodes)
{
  IsrCard *self = g_new0 (IsrCard, 1);
  g_autofree char *path = g_strdup_printf ("/sys/class/sound/card%d/id", number);

  self->number = number;
  self->id = isr_system_read (path);
  if (!self->id)
    self->id = ask_id (number);
  self->captures = g_array_new (FALSE, FALSE, sizeof (guint));
  for (guint i = 0; i < nodes->len; i++) {
    int card;
    guint device;
    char way;

    if (sscanf (nodes->pdata[i], "pcmC%dD%u%c", &card, &device, &way) == 3 && card == number && way == 'c')
      g_array_append_val (self->captures, device);
  }
  return self;
}

GPtrArray *
isr_cards_list (void)
{
  g_autoptr (GPtrArray) nodes = isr_system_list ("/dev/snd", NULL);
  GPtrArray *cards = g_ptr_array_new_with_free_func (card_free);

  for (guint i = 0; i < nodes->len; i++) {
    int number;

    if (sscanf (nodes->pdata[i], "controlC%d", &number) == 1)
      g_ptr_array_add (cards, card_new (number, nodes));
  }
  return cards;
}

/* "hw:CARD=Mic,DEV=0" -> "Mic"; "hw:1,0" -> "1"; "Mic" -> "Mic". */
static char *
get_card_word (const char *device)
{
  const char *colon = strchr (device, ':');
  const char *word = colon ? colon + 1 : device;

  if (g_str_has_prefix (word, "CARD="))
    word += strlen ("CARD=");
  return g_strndup (word, strcspn (word, ","));
}

const IsrCard *
isr_cards_find (const GPtrArray *cards, const char *device)
{
  g_autofree char *word = get_card_word (device);

  for (guint i = 0; i < cards->len; i++) {
    const IsrCard *card = cards->pdata[i];
    g_autofree char *number = g_strdup_printf ("%d", card->number);

    if (g_strcmp0 (card->id, word) == 0 || g_str_equal (number, word))
      return card;
  }
  return NULL;
}
