/* SPDX-License-Identifier: MIT */
/* The three verbs in memory, and cutting a raw packet. */
#include "plugins/format/format.h"

static void
test_verbs (void)
{
  IsrMemoryOutput memory;
  IsrOutput *output = &memory.parent;

  isr_memory_output_init (&memory);
  isr_output_append_data (output, "RIFF....WAVE", 12);
  isr_output_patch_data (output, 4, "1234", 4);
  isr_output_truncate (output, 8);
  g_assert_cmpmem (memory.bytes->data, memory.bytes->len, "RIFF1234", 8);
  isr_memory_output_clear (&memory);
}

static void
test_take (void)
{
  IsrPacket packet = { g_bytes_new_static ("aabbccdd", 8), 4, ISR_PACKET_NEW_FILE };
  IsrPacket head = { 0 };

  isr_packet_take (&packet, 2, 3, &head);
  g_assert_cmpuint (head.samples, ==, 3);
  g_assert_cmpint (head.flags, ==, ISR_PACKET_NEW_FILE);
  g_assert_cmpmem (g_bytes_get_data (head.bytes, NULL), g_bytes_get_size (head.bytes), "aabbcc", 6);
  g_assert_cmpuint (packet.samples, ==, 1);
  g_assert_cmpint (packet.flags, ==, 0);
  g_assert_cmpmem (g_bytes_get_data (packet.bytes, NULL), g_bytes_get_size (packet.bytes), "dd", 2);
  isr_packet_clear (&head);
  isr_packet_clear (&packet);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/format/output/verbs", test_verbs);
  g_test_add_func ("/format/packet/take", test_take);
  return g_test_run ();
}
