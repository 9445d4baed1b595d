/* SPDX-License-Identifier: MIT */
/* app.c - options, rooms, signals, main loop. */
#include "daemon/app.h"

int
isr_app_main (int argc, char **argv)
{
  g_print ("isr " ISR_VERSION "\n");
  return 0;
}
