package health.helan.foundation.gateway.hl7v2;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/** Acknowledgements, one after the other. */
final class Answers implements Acknowledgement.Sink {
  private final ByteArrayOutputStream all = new ByteArrayOutputStream();
  private int count;

  @Override
  public void send(byte[] answer) {
    all.writeBytes(answer);
    count++;
  }

  byte[] bytes() {
    return all.toByteArray();
  }

  /**
   * As a batch (HL7 v2.8.2, 2.10.3): BHS, the acknowledgements, BTS.
   *
   * @param number of the batch that is answered; empty for none
   */
  byte[] asBatch(String number) {
    var batch = new ByteArrayOutputStream();
    String reference = number.isEmpty() ? "" : "||||||||||" + number;
    batch.writeBytes(("BHS|^~\\&" + reference + "\r").getBytes(StandardCharsets.UTF_8));
    batch.writeBytes(bytes());
    batch.writeBytes(("BTS|" + count + "\r").getBytes(StandardCharsets.UTF_8));
    return batch.toByteArray();
  }
}
