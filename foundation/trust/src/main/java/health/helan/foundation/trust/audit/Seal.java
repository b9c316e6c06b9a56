package health.helan.foundation.trust.audit;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/**
 * A seal over the heads of chains.
 *
 * <p><b>Body</b>, version 1: lines in UTF-8, each ended by one line feed:
 *
 * <pre>
 * helan-audit-seal-1
 * number         decimal, from 1, without gaps
 * time           ISO 8601, UTC, such as 2026-11-25T08:00:00Z or 2026-11-25T08:00:00.123Z
 * previous       digest of the body of the seal before, 64 hexadecimal digits; 64 zeros for the first
 * certificate    SM3 of the signer's certificate (DER), 64 hexadecimal digits
 * algorithm      SM3withSM2, SHA256withECDSA or SHA256withRSA
 * head CHAIN SEQ DIGEST       the chain's row SEQ had this digest
 * closed CHAIN SEQ DIGEST     the same, and nothing comes after it
 * retired CHAIN SEQ DIGEST    the same, and the chain was removed because its time was over
 * </pre>
 *
 * The last three as often as needed, in any order. The signature is over the body's bytes; for SM2
 * (GM/T 0003) with the default identity {@code 1234567812345678}, as the DER sequence of r and s.
 * The seal's digest is the SM3 of the body. A chain is opened by the seal that first names it: rows
 * of a chain that no seal names are none of the platform's.
 */
record Seal(
    long number,
    Instant at,
    String previous,
    String certificate,
    String algorithm,
    List<Head> heads) {

  static final String FIRST_LINE = "helan-audit-seal-1";
  static final String NO_PREVIOUS = "0".repeat(64);

  /** What a seal says of a chain. */
  record Head(State state, long chain, long seq, String digest) {
    enum State {
      HEAD("head"),
      CLOSED("closed"),
      RETIRED("retired");

      private final String word;

      State(String word) {
        this.word = word;
      }
    }

    static Head of(State state, long chain, long seq, byte[] digest) {
      return new Head(state, chain, seq, HexFormat.of().formatHex(digest));
    }
  }

  String body() {
    var out = new StringBuilder(300 + 110 * heads.size());
    out.append(FIRST_LINE).append('\n');
    out.append(number).append('\n');
    out.append(at.truncatedTo(ChronoUnit.MILLIS)).append('\n');
    out.append(previous).append('\n');
    out.append(certificate).append('\n');
    out.append(algorithm).append('\n');
    for (Head head : heads) {
      out.append(head.state.word)
          .append(' ')
          .append(head.chain)
          .append(' ')
          .append(head.seq)
          .append(' ')
          .append(head.digest)
          .append('\n');
    }
    return out.toString();
  }

  static String digest(String body) {
    return HexFormat.of().formatHex(Sm3.of(body.getBytes(StandardCharsets.UTF_8)));
  }

  /**
   * @throws IllegalArgumentException if the text is no seal's body
   */
  static Seal parse(String body) {
    String[] lines = body.split("\n", -1);
    if (lines.length < 7 || !lines[0].equals(FIRST_LINE) || !lines[lines.length - 1].isEmpty()) {
      throw new IllegalArgumentException("not a seal of version 1");
    }
    var heads = new ArrayList<Head>();
    for (int i = 6; i < lines.length - 1; i++) {
      String[] words = lines[i].split(" ", -1);
      if (words.length != 4) {
        throw new IllegalArgumentException("line " + (i + 1));
      }
      Head.State state =
          switch (words[0]) {
            case "head" -> Head.State.HEAD;
            case "closed" -> Head.State.CLOSED;
            case "retired" -> Head.State.RETIRED;
            default -> throw new IllegalArgumentException("line " + (i + 1));
          };
      heads.add(new Head(state, Long.parseLong(words[1]), Long.parseLong(words[2]), words[3]));
    }
    try {
      return new Seal(
          Long.parseLong(lines[1]),
          Instant.parse(lines[2]),
          lines[3],
          lines[4],
          lines[5],
          List.copyOf(heads));
    } catch (DateTimeParseException e) {
      throw new IllegalArgumentException("line 3", e);
    }
  }
}
