package health.helan.foundation.gateway.hl7v2;

import java.nio.charset.StandardCharsets;

/** Answers to a batch, as a batch (HL7 v2.8.2, 2.10.3): BHS, the acknowledgements, BTS. */
final class Batch {
  private Batch() {}

  /**
   * @param answers acknowledgements, one after the other
   * @param number of the batch that is answered; empty for none
   */
  static byte[] wrapped(byte[] answers, int count, String number) {
    String reference = number.isEmpty() ? "" : "||||||||||" + number;
    byte[] head = ("BHS|^~\\&" + reference + "\r").getBytes(StandardCharsets.UTF_8);
    byte[] tail = ("BTS|" + count + "\r").getBytes(StandardCharsets.UTF_8);
    byte[] all = new byte[head.length + answers.length + tail.length];
    System.arraycopy(head, 0, all, 0, head.length);
    System.arraycopy(answers, 0, all, head.length, answers.length);
    System.arraycopy(tail, 0, all, head.length + answers.length, tail.length);
    return all;
  }
}
