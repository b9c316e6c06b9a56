package health.helan.oversight.settlement;

import static health.helan.oversight.settlement.Settlements.PLATFORM;

import health.helan.foundation.store.Interaction;
import health.helan.foundation.store.RecordStore;
import health.helan.foundation.store.Refusal;
import health.helan.oversight.ledger.Line;
import health.helan.oversight.ledger.Posting;
import health.helan.oversight.settlement.Reckoner.Bill;
import health.helan.oversight.settlement.Settlement.MoneyState;
import health.helan.oversight.settlement.Settlement.Part;
import health.helan.oversight.settlement.Settlement.PartState;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.JsonNode;

/**
 * What settlements do by themselves, by the clock or behind a step that somebody took: one step
 * after another, each only over what was read, until nothing can be taken now. Thread-safe.
 */
final class Tending {
  private static final Logger LOG = LoggerFactory.getLogger(Tending.class);

  private static final int AT_ONCE = 100;
  private static final int TURNS = 24;
  private static final Set<SettlementState> COUNTS = SettlementStep.REVERSE.from();

  private final Settlements settlements;
  private final RecordStore store;
  private final SettlementTable table;
  private final Reckoner reckoner;

  Tending(Settlements settlements, RecordStore store, SettlementTable table, Reckoner reckoner) {
    this.settlements = settlements;
    this.store = store;
    this.table = table;
    this.reckoner = reckoner;
  }

  /**
   * Brings on what is due: asks payers for what is in doubt, takes back, gives back, lets lapse.
   * Several instances may do so at once.
   *
   * @return how many settlements were looked at
   */
  int due() {
    List<String> due = table.due(settlements.now(), AT_ONCE);
    for (String id : due) {
      try {
        tend(id);
      } catch (RuntimeException e) {
        // The others are not to wait for it.
        LOG.warn("A settlement could not be brought on", e);
        Settlement one = table.find(id);
        if (one != null) {
          table.later(one, settlements.now().plus(backoff(one)));
        }
      }
    }
    return due.size();
  }

  private static Duration backoff(Settlement one) {
    return Duration.ofSeconds(Math.min(300, 1L << Math.min(9, one.checks())));
  }

  /** Takes the steps of a settlement that can be taken now. */
  void tend(String id) {
    for (int turn = 0; turn < TURNS; turn++) {
      Settlement one = table.find(id);
      if (one == null) {
        return;
      }
      Settlement next = next(one);
      if (next == null) {
        continue; // Another was first: look again.
      }
      if (next.revision() == one.revision()) {
        boolean isWaiting = one.due() != null && !one.due().isAfter(settlements.now());
        if (isWaiting) {
          table.later(one, settlements.now().plus(backoff(one)));
        }
        return;
      }
    }
  }

  /**
   * One step, if there is one to take.
   *
   * @return the same settlement when there is none; null when another was first
   */
  private @Nullable Settlement next(Settlement one) {
    List<String> gone = COUNTS.contains(one.state()) ? table.gone(one) : List.of();
    if (!gone.isEmpty()) {
      List<String> keeps = new ArrayList<>(one.charges());
      keeps.removeAll(gone);
      SettlementState state = SettlementStep.REVERSE.take(PLATFORM, one.state());
      return settlements.back(PLATFORM, SettlementStep.REVERSE, one, state, "came-back", keeps);
    }
    Settlement next =
        switch (one.state()) {
          case PRESETTLED -> lapse(one);
          case SETTLING -> settling(one);
          case REVERSING -> reversing(one);
          case REVERSED -> one.keeps() == null ? one : follow(one);
          case NONE, LAPSED, OWING, DEFERRED, SETTLED -> one;
        };
    if (next == null || next.revision() != one.revision()) {
      return next;
    }
    return settlements.own().giveBack(one);
  }

  private @Nullable Settlement lapse(Settlement one) {
    if (one.due() == null || one.due().isAfter(settlements.now())) {
      return one;
    }
    return settlements.write(
        PLATFORM,
        SettlementStep.LAPSE,
        one,
        new Change(one).state(SettlementStep.LAPSE.take(PLATFORM, one.state())),
        SettlementPapers.over(one),
        null,
        null,
        null);
  }

  private @Nullable Settlement settling(Settlement one) {
    for (Part part : one.parts()) {
      if (part.state() == PartState.REFUSED || part.state() == PartState.DIFFERS) {
        return settlements.back(
            PLATFORM,
            SettlementStep.FAIL,
            one,
            SettlementStep.FAIL.take(PLATFORM, one.state()),
            "payer-" + part.state().word(),
            null);
      }
    }
    boolean isWaiting = false;
    Demands demands = new Demands(one);
    for (Part part : one.parts()) {
      if (part.state() != PartState.ASKED) {
        continue;
      }
      Payer.Answer answer;
      try {
        answer =
            settlements
                .payer(part.kind(), part.payor())
                .settle(one.key(part.number()), demands.of(part));
      } catch (Payer.Silent e) {
        answer = new Payer.Answer.Pending();
      }
      if (!(answer instanceof Payer.Answer.Pending)) {
        return answered(one, demands.claim(), part, answer);
      }
      isWaiting = true; // One that is late holds up no other.
    }
    if (isWaiting) {
      return one;
    }
    boolean isPaid = one.own() == one.held();
    SettlementStep step = isPaid ? SettlementStep.COMPLETE : SettlementStep.AGREE;
    return settlements.write(
        PLATFORM,
        step,
        one,
        new Change(one).state(step.take(PLATFORM, one.state())),
        isPaid ? SettlementPapers.complete(one) : List.of(),
        null,
        null,
        null);
  }

  private @Nullable Settlement answered(
      Settlement one, JsonNode claim, Part part, Payer.Answer answer) {
    Instant now = settlements.now();
    Part told =
        switch (answer) {
          case Payer.Answer.Agreed agreed ->
              part.with(
                  agreed.fen() == part.fen() ? PartState.AGREED : PartState.DIFFERS,
                  agreed.fen(),
                  agreed.transaction(),
                  null);
          case Payer.Answer.Refused refused ->
              part.with(PartState.REFUSED, null, null, refused.reason());
          case Payer.Answer.Pending _ -> part;
        };
    return settlements.write(
        PLATFORM,
        null,
        one,
        new Change(one).put(told),
        List.of(
            new Interaction.Create(
                "ClaimResponse",
                Interaction.Body.of(SettlementPapers.response(one, claim, told, now)),
                null,
                null,
                "Claim/" + one.id())),
        null,
        told.state() == PartState.AGREED
            ? new Posting(
                one.id(),
                "agreed-" + part.number(),
                new Line.Settle("split", part.number(), part.fen()))
            : null,
        null);
  }

  private @Nullable Settlement reversing(Settlement one) {
    boolean isWaiting = false;
    Demands demands = new Demands(one);
    for (Part part : one.parts()) {
      if (part.state() == PartState.BACK) {
        continue;
      }
      // One that was refused, too: a request that was asked before may arrive after the refusal.
      boolean isBack;
      try {
        isBack =
            settlements
                .payer(part.kind(), part.payor())
                .reverse(one.key(part.number()), demands.of(part));
      } catch (Payer.Silent e) {
        isBack = false;
      }
      if (isBack) {
        return settlements.write(
            PLATFORM,
            null,
            one,
            new Change(one)
                .put(part.with(PartState.BACK, part.answered(), part.transaction(), part.why())),
            List.of(),
            null,
            new Posting(
                one.id(),
                "back-" + part.number(),
                part.state() == PartState.AGREED
                    ? new Line.Move(
                        Settlements.institution(one), Settlements.payer(part), part.fen())
                    : new Line.Release("split", part.number())),
            null);
      }
      isWaiting = true;
    }
    if (isWaiting
        || one.money().stream().anyMatch(money -> money.state() == MoneyState.GOING_BACK)) {
      return one;
    }
    Set<String> stay = new HashSet<>(one.keeps() == null ? one.charges() : one.keeps());
    // What came back while it was reversed is not charged again.
    table.gone(one).forEach(stay::remove);
    try {
      return undone(one, one.charges(), stay);
    } catch (Refusal refused) {
      if (!isGone(refused)) {
        throw refused;
      }
      return undone(
          one, one.charges().stream().filter(charge -> find(charge) != null).toList(), stay);
    }
  }

  /**
   * @param charges that are there
   * @param stay which of them are open again
   */
  private @Nullable Settlement undone(Settlement one, List<String> charges, Set<String> stay) {
    List<Interaction> writes = new ArrayList<>(SettlementPapers.over(one));
    for (String charge : charges) {
      writes.add(
          SettlementPapers.patch(
              "ChargeItem",
              charge,
              item -> item.put("status", stay.contains(charge) ? "billable" : "aborted")));
    }
    Change change = new Change(one).state(SettlementStep.UNDO.take(PLATFORM, one.state()));
    if (one.keeps() != null) {
      change.keeps(one.keeps().stream().filter(stay::contains).toList());
    }
    return settlements.write(
        PLATFORM,
        SettlementStep.UNDO,
        one,
        change,
        writes,
        (transaction, _, _) -> {
          SettlementTable.free(transaction, one);
          SettlementTable.subtract(transaction, one);
        },
        null,
        null);
  }

  /**
   * What stays of a settlement that was given back in part is settled anew. What is not open any
   * more, as it was taken back since, does not keep the rest.
   */
  private @Nullable Settlement follow(Settlement one) {
    try {
      List<String> keeps =
          Objects.requireNonNull(one.keeps()).stream().filter(this::isOpen).toList();
      if (!keeps.isEmpty()) {
        Bill bill =
            reckoner.bill(
                PLATFORM,
                settlements.patient(one),
                one.patient(),
                one.institution(),
                null,
                keeps,
                Set.copyOf(one.marks()));
        Settlement after = settlements.create(PLATFORM, bill, SettlementState.SETTLING, one);
        tend(after.id());
        return table.find(one.id());
      }
    } catch (Settlements.Raced e) {
      return null;
    } catch (Refusal refused) {
      if (refused.kind() == Refusal.Kind.TRANSIENT
          || refused.kind() == Refusal.Kind.PRECONDITION
          || refused.messageKey().equals("settlement.charge-not-open")) {
        return null; // Taken back since it was looked at: the next look leaves it out.
      }
      LOG.warn("What stays of a bill cannot be settled anew: {}", refused.messageKey());
    }
    // Nothing stays, or it cannot be settled now: all own money returns, the charges are open.
    return settlements.rows(
        one,
        new Change(one)
            .keeps(null)
            .money(
                money ->
                    money.state() == MoneyState.HELD
                        ? money.with(MoneyState.GOING_BACK, money.tries())
                        : money),
        null);
  }

  private boolean isOpen(String charge) {
    JsonNode item = find(charge);
    return item != null && item.path("status").asString("").equals("billable");
  }

  private static boolean isGone(Refusal refused) {
    return refused.kind() == Refusal.Kind.GONE || refused.kind() == Refusal.Kind.NOT_FOUND;
  }

  /** Null for one that was erased or removed: it holds up no money of the others. */
  private @Nullable JsonNode find(String charge) {
    try {
      return settlements.tree("ChargeItem", charge);
    } catch (Refusal refused) {
      if (!isGone(refused)) {
        throw refused;
      }
      return null;
    }
  }

  /** What payers are told of a settlement, read when the first is asked. */
  private final class Demands {
    private final Settlement of;
    private @Nullable JsonNode claim;
    private @Nullable Insured insured;

    Demands(Settlement of) {
      this.of = of;
    }

    JsonNode claim() {
      if (claim == null) {
        claim = settlements.tree("Claim", of.id());
      }
      return claim;
    }

    Payer.Demand of(Part part) {
      LocalDate day = LocalDate.MIN;
      for (JsonNode item : claim().path("item")) {
        LocalDate one = LocalDate.parse(item.path("servicedDate").asString(""));
        day = one.isAfter(day) ? one : day;
      }
      if (insured == null) {
        insured = Insured.of(store, settlements.writers, PLATFORM, settlements.patient(of), day);
      }
      Insured.Cover cover = insured.cover(part.kind());
      return new Payer.Demand(
          part.kind(),
          part.payor(),
          cover == null ? "" : cover.number(),
          of.institution(),
          of.id(),
          of.fen(),
          part.fen(),
          day);
    }
  }
}
