package health.helan.foundation.gateway.hl7v2;

import health.helan.foundation.store.Refusal;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Takes a frame or file apart into messages: one begins at each line that begins with MSH. Lines of
 * the batch protocol (FHS, BHS, BTS, FTS; HL7 v2.8.2, 2.10.3) stand around them and belong to none.
 * The bytes of each message stay as they came.
 *
 * @param messages at least one, unless there is nothing but batch lines
 * @param isBatch true when it came as a batch, and is answered as one
 * @param batch number of the batch (BHS-11, else FHS-11); empty for none
 */
record Split(List<byte[]> messages, boolean isBatch, String batch) {
  /** Most messages of a frame or file; each is a row of the journal. */
  private static final int MAX_MESSAGES = 20_000;

  /**
   * @throws Refusal TOO_LONG for more messages than may be taken at once
   */
  static Split of(byte[] bytes) {
    if (isWide(bytes)) {
      return wide(bytes);
    }
    var starts = new ArrayList<Integer>();
    var ends = new ArrayList<Integer>();
    boolean isBatch = false;
    String batch = "";
    int line = 0;
    int open = -1;
    while (line < bytes.length) {
      int end = line;
      while (end < bytes.length && bytes[end] != '\r' && bytes[end] != '\n') {
        end++;
      }
      int at = line;
      while (at < end && (bytes[at] >= 0 && bytes[at] <= ' ' || isMark(bytes, at))) {
        at += isMark(bytes, at) ? 3 : 1;
      }
      String name = at + 3 <= end ? new String(bytes, at, 3, StandardCharsets.ISO_8859_1) : "";
      boolean isEnvelope =
          List.of("FHS", "BHS", "BTS", "FTS").contains(name)
              && (at + 3 == end || !Character.isLetterOrDigit(bytes[at + 3]));
      if (name.equals("MSH") || isEnvelope) {
        if (open >= 0) {
          if (starts.size() == MAX_MESSAGES - 1) {
            throw new Refusal(Refusal.Kind.TOO_LONG, "gateway.too-many-messages", MAX_MESSAGES);
          }
          starts.add(open);
          ends.add(line);
          open = -1;
        }
        isBatch |= isEnvelope;
      }
      if (name.equals("MSH")) {
        open = line;
      } else if (isEnvelope && name.charAt(1) == 'H') {
        String number = eleventh(bytes, at, end);
        batch = number.isEmpty() ? batch : number;
      } else if (open < 0 && !isEnvelope && starts.isEmpty() && at < end) {
        open = line; // Not a header: what it is will be said when it is read.
      }
      line = end + 1;
    }
    if (open >= 0) {
      starts.add(open);
      ends.add(bytes.length);
    }
    var messages = new ArrayList<byte[]>();
    for (int i = 0; i < starts.size(); i++) {
      messages.add(Arrays.copyOfRange(bytes, starts.get(i), ends.get(i)));
    }
    if (messages.isEmpty() && !isBatch) {
      messages.add(bytes);
    }
    return new Split(messages, isBatch, batch);
  }

  private static boolean isMark(byte[] b, int at) {
    return at + 2 < b.length
        && b[at] == (byte) 0xEF
        && b[at + 1] == (byte) 0xBB
        && b[at + 2] == (byte) 0xBF;
  }

  private static String eleventh(byte[] bytes, int from, int end) {
    char by = (char) (bytes[Math.min(from + 3, bytes.length - 1)] & 0xFF);
    String line = new String(bytes, from, end - from, StandardCharsets.ISO_8859_1);
    return Er7.nth(line, by, 11).strip();
  }

  private static boolean isWide(byte[] b) {
    return b.length >= 4
        && (b[0] == (byte) 0xFE && b[1] == (byte) 0xFF
            || b[0] == (byte) 0xFF && b[1] == (byte) 0xFE
            || b[0] == 0 && b[2] == 0
            || b[1] == 0 && b[3] == 0);
  }

  /** UTF-16: taken apart as text; each message gets the mark again by which it is known. */
  private static Split wide(byte[] bytes) {
    Charset charset =
        bytes[0] == (byte) 0xFF || bytes[1] == 0
            ? StandardCharsets.UTF_16LE
            : StandardCharsets.UTF_16BE;
    String text = new String(bytes, charset);
    Split split = of(text.replace("\uFEFF", "").getBytes(StandardCharsets.UTF_8));
    if (split.messages.size() == 1 && !split.isBatch) {
      return new Split(List.of(bytes), false, "");
    }
    var messages = new ArrayList<byte[]>();
    for (byte[] message : split.messages) {
      messages.add(("\uFEFF" + new String(message, StandardCharsets.UTF_8)).getBytes(charset));
    }
    return new Split(messages, split.isBatch, split.batch);
  }
}
