package health.helan.oversight.settlement;

import health.helan.oversight.settlement.Settlement.Money;
import health.helan.oversight.settlement.Settlement.MoneyState;
import health.helan.oversight.settlement.Settlement.Part;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** What becomes of a settlement; begins as what was read. */
final class Change {
  /** How long a pre-settlement waits to be settled. */
  static final Duration WAITS = Duration.ofMinutes(30);

  private final Settlement read;
  private SettlementState state;
  private @Nullable String reason;
  private @Nullable String account;
  private @Nullable List<String> keeps;
  private final List<Part> parts;
  private final List<Money> money;

  Change(Settlement read) {
    this.read = read;
    state = read.state();
    reason = read.reason();
    account = read.account();
    keeps = read.keeps();
    parts = new ArrayList<>(read.parts());
    money = new ArrayList<>(read.money());
  }

  Change state(SettlementState to) {
    state = to;
    return this;
  }

  Change reason(String to) {
    reason = to;
    return this;
  }

  Change account(@Nullable String to) {
    account = to;
    return this;
  }

  Change keeps(@Nullable List<String> to) {
    keeps = to;
    return this;
  }

  Change parts(UnaryOperator<Part> each) {
    parts.replaceAll(each);
    return this;
  }

  Change put(Part part) {
    parts.replaceAll(one -> one.number() == part.number() ? part : one);
    return this;
  }

  Change money(UnaryOperator<Money> each) {
    money.replaceAll(each);
    return this;
  }

  /** A sum that came by an order; its number is the next. */
  Change add(MoneyState to, long fen, String order, Instant now) {
    int last = money.stream().mapToInt(Money::number).max().orElse(0);
    money.add(new Money(last + 1, to, fen, order, 0, now));
    return this;
  }

  /** What is to be written; looked at again when there is something to do. */
  Settlement settlement(Instant now) {
    boolean isGoingBack = money.stream().anyMatch(one -> one.state() == MoneyState.GOING_BACK);
    Instant due =
        state == SettlementState.PRESETTLED
            ? read.created().plus(WAITS)
            : state == SettlementState.SETTLING
                    || state == SettlementState.REVERSING
                    || isGoingBack
                    || keeps != null
                ? now
                : null;
    parts.sort(Comparator.comparingInt(Part::number));
    return new Settlement(
        read.id(),
        read.explanation(),
        state,
        read.institution(),
        read.patient(),
        read.setting(),
        read.level(),
        read.rules(),
        read.year(),
        read.fen(),
        read.own(),
        read.added(),
        read.revision(),
        0,
        read.created(),
        now,
        due,
        reason,
        account,
        read.replaces(),
        read.charges(),
        read.marks(),
        read.dispensed(),
        keeps,
        List.copyOf(parts),
        List.copyOf(money));
  }
}
