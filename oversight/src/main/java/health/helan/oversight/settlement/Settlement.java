package health.helan.oversight.settlement;

import health.helan.foundation.store.Ids;
import health.helan.oversight.settlement.rules.PayerKind;
import health.helan.oversight.settlement.rules.Setting;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A bill that is settled, as it stands.
 *
 * @param id the Claim's
 * @param explanation id of its ExplanationOfBenefit
 * @param patient keyed digest of the Patient
 * @param rules name and version of the rule set
 * @param fen the bill; {@code own}: the resident's own money of it
 * @param added to the totals of {@code year}
 * @param account the Account that collects its own money; null for none
 * @param replaces the settlement that it follows; null for none
 * @param charges ids of its ChargeItems
 * @param marks of the visit, as the rules know them
 * @param dispensed whether all of it was counted out by a pharmacy
 * @param keeps of a reversed one: the charges that are settled anew; null for none
 * @param due when the clock looks at it next; null for never
 */
public record Settlement(
    String id,
    String explanation,
    SettlementState state,
    String institution,
    long patient,
    Setting setting,
    int level,
    String rules,
    int year,
    long fen,
    long own,
    Map<String, Long> added,
    int revision,
    int checks,
    Instant created,
    Instant changed,
    @Nullable Instant due,
    @Nullable String reason,
    @Nullable String account,
    @Nullable String replaces,
    List<String> charges,
    List<String> marks,
    boolean dispensed,
    @Nullable List<String> keeps,
    List<Part> parts,
    List<Money> money) {

  /** Where a payer's share stands. The order is stored: add at the end. */
  public enum PartState {
    /** Reckoned; nobody was asked. */
    OPEN,
    /** Written down that it is asked for; what the payer knows of it is not known. */
    ASKED,
    AGREED,
    REFUSED,
    /** The payer pays, but not what was reckoned: it is taken back. */
    DIFFERS,
    /** Taken back, or never was. */
    BACK;

    public String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /**
   * What a payer is asked for.
   *
   * @param payor id of the Organization that pays
   * @param answered what it says that it pays; null for no answer
   * @param transaction its number of it
   * @param why it does not pay
   */
  public record Part(
      int number,
      PayerKind kind,
      String payor,
      String rule,
      PartState state,
      long fen,
      @Nullable Long answered,
      @Nullable String transaction,
      @Nullable String why,
      Instant changed) {
    Part with(PartState to, @Nullable Long says, @Nullable String as, @Nullable String because) {
      return new Part(number, kind, payor, rule, to, fen, says, as, because, changed);
    }
  }

  /** Where money of the resident is. The order is stored: add at the end. */
  public enum MoneyState {
    HELD,
    GOING_BACK,
    BACK,
    /** It pays the settlement that follows. */
    CARRIED;

    public String word() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
  }

  /**
   * @param order that it came by
   * @param tries refunds that the channel refused
   */
  public record Money(
      int number, MoneyState state, long fen, String order, int tries, Instant changed) {
    Money with(MoneyState to, int tried) {
      return new Money(number, to, fen, order, tried, changed);
    }
  }

  int home() {
    return Ids.home(id);
  }

  /** Own money that is there. */
  public long held() {
    return money.stream().filter(one -> one.state() == MoneyState.HELD).mapToLong(Money::fen).sum();
  }

  /** Own money that is to be paid yet. */
  public long open() {
    return state == SettlementState.OWING || state == SettlementState.DEFERRED ? own - held() : 0;
  }

  /** What a payer knows a share by. */
  String key(int part) {
    return id + "-" + part;
  }
}
