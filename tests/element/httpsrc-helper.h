/* SPDX-License-Identifier: MIT */
/* httpsrc-helper.h - the station that all tests of isrhttpsrc listen to, and the scripts
 * that more than one of them lets a server play. */
#pragma once

#include "tests/element/fixture-listener.h"
#include "tests/element/fixture-server.h"

#include "plugins/elements.h"

#include <string.h>

#define STATION 200000
#define MP3 "HTTP/1.0 200 OK\r\nContent-Type: audio/mpeg\r\n\r\n"
#define CHUNKED "HTTP/1.1 200 OK\r\nContent-Type: audio/mpeg\r\nTransfer-Encoding: chunked\r\n\r\n"

static guint8 station[STATION]; /* what the station sends, in all tests */

static inline void
make_station (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (1);

  for (gsize i = 0; i < STATION; i++)
    station[i] = (guint8) g_rand_int (rand);
}

static inline void
send_part (Client *client, gsize from, gsize to)
{
  client_send (client, station + from, to - from);
}

static inline void
script_plain (Client *client, gpointer data)
{
  client_say (client, MP3);
  send_part (client, 0, 50000);
  client_wait_for_close (client);
}

static inline void
script_answer (Client *client, gpointer answer)
{
  client_say (client, answer);
  client_wait_for_close (client);
}

/* The server closes by itself: a redirect or an error has no endless body. */
static inline void
script_answer_and_close (Client *client, gpointer answer)
{
  client_say (client, answer);
}

/* First of all in main(). */
static inline void
begin_tests (int *argc, char ***argv)
{
  g_test_init (argc, argv, NULL);
  gst_init (argc, argv);
  g_assert_true (isr_http_elements_register (NULL));
  make_station ();
}
