package health.helan.oversight.ledger;

import health.helan.foundation.store.Ids;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.List;

/**
 * Transfers that happen together or not at all. Intent and step are the key: the same again answers
 * what it answered before.
 *
 * @param intent id of what the money moves for (an order, a bill), as {@link Ids#next} makes it;
 *     the posting lies in its home
 * @param step what happens in it, at most 40 characters of {@code a-z 0-9 . -}
 * @param lines 1 to 500
 */
public record Posting(String intent, String step, List<Line> lines) {
  private static final int MOST_LINES = 500;

  public Posting {
    if (!Ids.isAssigned(intent)) {
      throw new IllegalArgumentException("an intent has an id that names its home: " + intent);
    }
    if (!step.matches("[a-z0-9.-]{1,40}")) {
      throw new IllegalArgumentException("no name of a step: " + step);
    }
    if (lines.isEmpty() || lines.size() > MOST_LINES) {
      throw new IllegalArgumentException("a posting has 1 to " + MOST_LINES + " lines");
    }
    lines = List.copyOf(lines);
  }

  public Posting(String intent, String step, Line... lines) {
    this(intent, step, List.of(lines));
  }

  public int home() {
    return Ids.home(intent);
  }

  /** SHA-256 of what is asked for. */
  byte[] digest() {
    StringBuilder text = new StringBuilder();
    for (Line line : lines) {
      switch (line) {
        case Line.Move move ->
            text.append("move ").append(sides(move.debit(), move.credit(), move.fen()));
        case Line.Reserve reserve ->
            text.append("reserve ").append(sides(reserve.debit(), reserve.credit(), reserve.fen()));
        case Line.Settle settle ->
            text.append("settle %s %d %d".formatted(settle.step(), settle.line(), settle.fen()));
        case Line.Release release ->
            text.append("release %s %d".formatted(release.step(), release.line()));
      }
      text.append('\n');
    }
    try {
      return MessageDigest.getInstance("SHA-256")
          .digest(text.toString().getBytes(StandardCharsets.UTF_8));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  private static String sides(Account debit, Account credit, long fen) {
    return debit.name() + " " + credit.name() + " " + fen;
  }
}
