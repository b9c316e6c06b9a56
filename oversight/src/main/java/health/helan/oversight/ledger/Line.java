package health.helan.oversight.ledger;

/** One transfer of a posting. Amounts are whole fen, above zero. */
public sealed interface Line {

  /** Moves money at once. */
  record Move(Account debit, Account credit, long fen) implements Line {
    public Move {
      check(debit, credit, fen);
    }
  }

  /** Sets money aside until {@link Settle} or {@link Release}. */
  record Reserve(Account debit, Account credit, long fen) implements Line {
    public Reserve {
      check(debit, credit, fen);
    }
  }

  /**
   * Moves what was reserved, or a part of it; the rest is free again.
   *
   * @param step the step of the same intent that reserved it
   * @param line which line of that, from 1
   */
  record Settle(String step, int line, long fen) implements Line {
    public Settle {
      if (fen <= 0) {
        throw new IllegalArgumentException("an amount above zero is moved");
      }
    }
  }

  /**
   * Gives back what was reserved.
   *
   * @param step the step of the same intent that reserved it
   * @param line which line of that, from 1
   */
  record Release(String step, int line) implements Line {}

  private static void check(Account debit, Account credit, long fen) {
    if (fen <= 0) {
      throw new IllegalArgumentException("an amount above zero is moved");
    }
    if (debit.equals(credit)) {
      throw new IllegalArgumentException("a transfer has two sides");
    }
  }
}
