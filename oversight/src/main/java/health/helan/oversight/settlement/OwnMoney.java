package health.helan.oversight.settlement;

import health.helan.foundation.store.Caller;
import health.helan.foundation.store.Interaction;
import health.helan.foundation.store.Json;
import health.helan.foundation.store.RecordStore;
import health.helan.foundation.store.Refusal;
import health.helan.oversight.credit.Credits;
import health.helan.oversight.payment.Order;
import health.helan.oversight.payment.Payables;
import health.helan.oversight.payment.Payments;
import health.helan.oversight.settlement.Settlement.Money;
import health.helan.oversight.settlement.Settlement.MoneyState;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * The resident's own money of settled bills: an Account collects what is open at an institution,
 * one payment pays it or several of them, and what is not wanted any more goes back by the way it
 * came. Paid later on credit. Thread-safe.
 */
public final class OwnMoney implements Payables {
  private static final String TYPE = "Account";

  /** How long a payment waits; after that another may be begun. */
  private static final Duration WAITS = Duration.ofMinutes(30);

  private static final int RACES = 6;

  /** A channel that refuses to give back is asked again under another key after so many looks. */
  private static final int LOOKS = 8;

  private final Settlements settlements;
  private final RecordStore store;
  private final SettlementTable table;
  private final Credits credits;
  private final Supplier<Payments> payments;

  OwnMoney(
      Settlements settlements,
      RecordStore store,
      SettlementTable table,
      Credits credits,
      Supplier<Payments> payments) {
    this.settlements = settlements;
    this.store = store;
    this.table = table;
    this.credits = credits;
    this.payments = payments;
  }

  // ------------------------------------------------------------------ collecting

  /**
   * Collects open bills into one thing to pay for each institution. The same bills again are the
   * same.
   *
   * @param claims ids; empty for all that are open
   * @return ids of the Accounts, of the institution with the latest bill first
   * @throws Refusal BUSINESS_RULE where nothing is open, CONFLICT while one of them is being paid
   *     otherwise
   */
  public List<String> collect(Caller caller, String patient, List<String> claims) {
    for (int race = 0; race < RACES; race++) {
      List<Settlement> open =
          settlements.ofPatient(caller, patient).stream()
              .filter(one -> one.open() > 0 && (claims.isEmpty() || claims.contains(one.id())))
              .toList();
      if (open.isEmpty() || !claims.isEmpty() && open.size() != Set.copyOf(claims).size()) {
        throw new Refusal(Refusal.Kind.BUSINESS_RULE, "settlement.nothing-owed");
      }
      settlements.checkTill(caller, open);
      List<List<Settlement>> some =
          List.copyOf(
              open.stream()
                  .collect(
                      Collectors.groupingBy(
                          Settlement::institution, LinkedHashMap::new, Collectors.toList()))
                  .values());
      some.forEach(this::checkFree);
      try {
        return some.stream().map(of -> account(caller, patient, of)).toList();
      } catch (Settlements.Raced e) {
        // Somebody else collects or pays: look again.
      }
    }
    throw new Refusal(Refusal.Kind.TRANSIENT, "settlement.busy");
  }

  private @Nullable String collected(List<Settlement> ofOne) {
    String same = ofOne.getFirst().account();
    return same != null && isOf(same, ofOne) ? same : null;
  }

  /** Refuses bills of an institution of which one is being paid, unless it is with just these. */
  private void checkFree(List<Settlement> ofOne) {
    if (collected(ofOne) != null) {
      return;
    }
    for (Settlement one : ofOne) {
      if (one.account() != null && payments.get().paying(TYPE + "/" + one.account()) != null) {
        throw new Refusal(Refusal.Kind.CONFLICT, "settlement.being-paid");
      }
    }
  }

  private String account(Caller caller, String patient, List<Settlement> ofOne) {
    String same = collected(ofOne);
    return same != null ? same : collect(caller, patient, ofOne.getFirst().institution(), ofOne);
  }

  private boolean isOf(String account, List<Settlement> open) {
    Set<String> wanted =
        open.stream().map(one -> one.id() + " " + one.open()).collect(Collectors.toSet());
    Set<String> there =
        table.collected(account).stream()
            .filter(one -> !one.isTaken())
            .map(one -> one.settlement() + " " + one.fen())
            .collect(Collectors.toCollection(HashSet::new));
    return there.equals(wanted) && open.stream().allMatch(one -> account.equals(one.account()));
  }

  private String collect(Caller caller, String patient, String institution, List<Settlement> open) {
    Instant now = settlements.now();
    List<String> made = new ArrayList<>();
    var unused =
        store.transact(
            caller.asPlatformOf(institution),
            List.of(
                new Interaction.Create(
                    TYPE,
                    Interaction.Body.of(
                        SettlementPapers.account(
                            patient, institution, open.stream().map(Settlement::id).toList(), now)),
                    null,
                    null,
                    "Patient/" + patient)),
            (transaction, ids, at) -> {
              String account = ids.getFirst();
              for (Settlement one : open) {
                if (!SettlementTable.update(
                    transaction, one, new Change(one).account(account).settlement(now), now)) {
                  throw new Settlements.Raced();
                }
                SettlementTable.collect(transaction, account, one, one.open());
              }
              made.clear();
              made.add(account);
            });
    return made.getFirst();
  }

  // ------------------------------------------------------------------ paying

  @Override
  public boolean concerns(String type) {
    return type.equals(TYPE);
  }

  private static String id(String reference) {
    return reference.substring(TYPE.length() + 1);
  }

  @Override
  public Due due(Caller caller, String reference) {
    JsonNode account =
        Json.MAPPER.readTree(
            Objects.requireNonNull(store.read(caller, TYPE, id(reference)).content()));
    long fen = 0;
    String institution = "";
    for (SettlementTable.Collected one : table.collected(id(reference))) {
      Settlement of = settlements.find(one.settlement());
      if (one.isTaken() || !id(reference).equals(of.account()) || of.open() != one.fen()) {
        throw new Refusal(Refusal.Kind.BUSINESS_RULE, "payment.nothing-due");
      }
      fen += one.fen();
      institution = of.institution();
    }
    if (fen <= 0) {
      throw new Refusal(Refusal.Kind.BUSINESS_RULE, "payment.nothing-due");
    }
    return new Due(
        account
            .path("subject")
            .path(0)
            .path("reference")
            .asString("")
            .replaceFirst("^Patient/", ""),
        institution,
        fen,
        account.path("name").asString(""),
        settlements.now().plus(WAITS));
  }

  @Override
  public Standing standing(String reference) {
    List<SettlementTable.Collected> all = table.collected(id(reference));
    return !all.isEmpty() && all.stream().allMatch(SettlementTable.Collected::isTaken)
        ? new Standing.Kept()
        : new Standing.Waiting();
  }

  @Override
  public Standing paid(String reference) {
    Order order = payments.get().paying(reference);
    if (order == null) {
      return new Standing.Waiting();
    }
    for (SettlementTable.Collected one : table.collected(id(reference))) {
      for (int race = 0; !one.isTaken() && race < RACES; race++) {
        if (take(id(reference), order.id(), one)) {
          break;
        }
      }
    }
    return standing(reference);
  }

  /** False when another was first. */
  private boolean take(String account, String order, SettlementTable.Collected part) {
    Settlement one = settlements.find(part.settlement());
    boolean isWanted = account.equals(one.account()) && one.open() == part.fen();
    Change change =
        new Change(one)
            .add(
                isWanted ? MoneyState.HELD : MoneyState.GOING_BACK,
                part.fen(),
                order,
                settlements.now());
    if (isWanted) {
      change.state(SettlementStep.COMPLETE.take(Settlements.PLATFORM, one.state())).account(null);
    }
    try {
      return settlements.write(
              Settlements.PLATFORM,
              isWanted ? SettlementStep.COMPLETE : null,
              one,
              change,
              isWanted ? SettlementPapers.complete(one) : List.of(),
              (transaction, _, _) -> {
                if (!SettlementTable.collected(transaction, account, one)) {
                  throw new Taken();
                }
                if (isWanted) {
                  credits.repay(transaction, one.home(), one.id());
                }
              },
              isWanted ? settlements.released(one, "own-paid") : null,
              null)
          != null;
    } catch (Taken e) {
      return true;
    }
  }

  /** Another took it down already. */
  private static final class Taken extends Refusal {
    private static final long serialVersionUID = 1L;

    Taken() {
      super(Kind.TRANSIENT, "settlement.busy");
    }
  }

  // ------------------------------------------------------------------ giving back

  /** Bills say what is held of it: what went back past them would be given back again. */
  @Override
  public void checkRefund(String reference) {
    throw new Refusal(Refusal.Kind.BUSINESS_RULE, "settlement.refund-by-bill");
  }

  /**
   * Asks for what is to go back, or what became of it.
   *
   * @return the same settlement when nothing can be done now; null when another was first
   */
  @Nullable Settlement giveBack(Settlement one) {
    for (Money money : one.money()) {
      if (money.state() != MoneyState.GOING_BACK) {
        continue;
      }
      Order order = payments.get().status(Settlements.PLATFORM, money.order());
      if (order.delivered() == Order.Delivery.OPEN) {
        continue; // What it pays is being taken down.
      }
      String as = one.id() + "-" + money.number() + "-" + money.tries();
      Order.Refund refund = refund(order, as);
      if (refund == null) {
        refund =
            refund(
                payments
                    .get()
                    .refund(Settlements.PLATFORM, order.id(), money.fen(), "settlement", as),
                as);
      }
      if (refund == null || refund.state() == Order.Refund.State.ASKED) {
        continue;
      }
      if (refund.state() == Order.Refund.State.DONE) {
        return settlements.rows(
            one,
            new Change(one)
                .money(
                    other ->
                        other.number() == money.number()
                            ? other.with(MoneyState.BACK, other.tries())
                            : other),
            null);
      }
      if (one.checks() >= LOOKS) {
        return settlements.rows(
            one,
            new Change(one)
                .money(
                    other ->
                        other.number() == money.number()
                            ? other.with(MoneyState.GOING_BACK, other.tries() + 1)
                            : other),
            null);
      }
    }
    return one;
  }

  private static Order.@Nullable Refund refund(Order order, String as) {
    return order.returned().stream()
        .filter(one -> one.key().equals("asked-" + as))
        .findFirst()
        .orElse(null);
  }

  // ------------------------------------------------------------------ paying later

  /**
   * Puts the own money of a bill on credit. The same again answers where it stands.
   *
   * @throws Refusal BUSINESS_RULE for more than is left of the limit, and while something is
   *     overdue
   */
  public Settlement defer(Caller caller, String id) {
    for (int race = 0; race < RACES; race++) {
      Settlement one = settlements.status(caller, id);
      if (!caller.isRoot()
          && caller.role() != Caller.Role.RESIDENT
          && !caller.institution().equals(one.institution())) {
        throw new Refusal(Refusal.Kind.FORBIDDEN, "settlement.other-institution");
      }
      settlements.checkTill(caller, List.of(one));
      if (one.state() == SettlementState.DEFERRED) {
        var unused = SettlementStep.DEFER.take(caller, SettlementState.OWING);
        return one;
      }
      SettlementState state = SettlementStep.DEFER.take(caller, one.state());
      Insured insured =
          Insured.of(
              store,
              settlements.writers,
              Settlements.PLATFORM,
              settlements.patient(one),
              LocalDate.ofInstant(settlements.now(), PriceItem.BEIJING));
      Settlement deferred =
          settlements.write(
              caller,
              SettlementStep.DEFER,
              one,
              new Change(one).state(state),
              List.of(),
              (transaction, _, _) ->
                  credits.use(
                      transaction,
                      one.home(),
                      one.patient(),
                      one.id(),
                      one.open(),
                      credits.rule().limit(insured.scheme(), insured.groups())),
              null,
              null);
      if (deferred != null) {
        return deferred;
      }
    }
    throw new Refusal(Refusal.Kind.TRANSIENT, "settlement.busy");
  }

  /**
   * What a resident may pay later, and what is open of it.
   *
   * @param line null where nothing was granted, or it is not the caller's to see
   */
  public record Standings(Credits.@Nullable Line line, List<Credits.Use> uses) {}

  /**
   * The limit is told to the resident, and to an institution while one of its bills waits to be put
   * on it; uses only of bills that the caller may see.
   *
   * @throws Refusal as reading the Patient
   */
  public Standings credit(Caller caller, String patient) {
    long digest = settlements.digest(patient);
    List<Settlement> bills = table.ofPatient(digest, Settlements.MOST_LISTED);
    boolean isOwing =
        bills.stream()
            .anyMatch(
                one ->
                    one.state() == SettlementState.OWING
                        && one.institution().equals(caller.institution())
                        && settlements.isSeen(caller, one.id()));
    if (!isOwing) {
      var unused = store.read(caller, "Patient", patient);
    }
    if (bills.isEmpty()) {
      return new Standings(null, List.of());
    }
    int home = bills.getFirst().home();
    List<Credits.Use> uses =
        credits.uses(home, digest).stream()
            .filter(use -> settlements.isSeen(caller, use.settlement()))
            .toList();
    boolean isTold = caller.isRoot() || caller.role() == Caller.Role.RESIDENT || isOwing;
    return new Standings(isTold ? credits.line(home, digest) : null, uses);
  }
}
