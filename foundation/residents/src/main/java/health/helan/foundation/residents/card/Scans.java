package health.helan.foundation.residents.card;

import health.helan.foundation.residents.card.Parties.Party;
import health.helan.foundation.residents.card.Terminals.Terminal;
import health.helan.foundation.residents.card.Uses.PartyKind;
import health.helan.foundation.residents.card.Uses.Use;
import health.helan.foundation.store.AccessTrail;
import health.helan.foundation.store.Caller;
import health.helan.foundation.store.Caller.Role;
import health.helan.foundation.store.Ids;
import health.helan.foundation.store.Refusal;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Taking codes: a terminal of an institution, or the system of an insurer or payment service,
 * presents what it read. Each try leaves a row in the log of uses, refused ones with the reason.
 * Thread-safe.
 */
public final class Scans {
  /**
   * How far clocks may be apart: of two instances of the platform, or of a terminal without a line.
   */
  static final Duration SKEW = Duration.ofSeconds(5);

  static final Duration OFFLINE_SKEW = Duration.ofSeconds(15);

  /** Uses off line are told within this time; what is older is no report any more. */
  static final Duration REPORTED_WITHIN = Duration.ofDays(7);

  static final int MOST_REPORTED = 500;

  /** Scans of one terminal, or resolutions of one party, within a minute. */
  static final int SCANS_PER_MINUTE = 300;

  /** What was no code of ours, of one terminal or party, within a minute. */
  static final int WRONG_PER_MINUTE = 20;

  private final Cards cards;

  public Scans(Cards cards) {
    this.cards = cards;
  }

  /**
   * What was read.
   *
   * @param stamp and {@code proof} of a terminal with a key: {@link Terminals#prove}
   * @param document looked at beside a printed code; null for none
   */
  public record Reading(
      String terminal,
      Scene scene,
      String code,
      @Nullable String stamp,
      @Nullable String proof,
      @Nullable String document) {}

  /**
   * Whose code it was.
   *
   * @param isPrinted where anybody could hold the paper
   */
  public record Found(Card card, boolean isPrinted, Instant at) {
    public String patient() {
      return card.patientId();
    }
  }

  /**
   * Whether a code is of the kind that is printed, which anybody could hold.
   *
   * @throws Refusal for what is no code
   */
  public static boolean isPrinted(String code) {
    return Code.parse(code).kind() == Code.Kind.PRINTED;
  }

  // ------------------------------------------------------------------ terminals

  /**
   * The terminal that a caller may speak for.
   *
   * @throws Refusal FORBIDDEN, the same for a terminal of others and for none
   */
  Terminal terminal(Caller caller, String id) {
    Terminal terminal = cards.terminals.find(id);
    if (terminal == null
        || !caller.isRoot() && !terminal.institution().equals(caller.institution())) {
      throw new Refusal(Refusal.Kind.FORBIDDEN, "card.terminal-unknown");
    }
    if (!terminal.isActive()) {
      throw new Refusal(Refusal.Kind.FORBIDDEN, "card.terminal-suspended");
    }
    return terminal;
  }

  /**
   * Takes a code at a terminal, and spends it.
   *
   * @throws Refusal whose reason stands in the log of uses
   */
  public Found scan(Caller caller, Reading reading) {
    Terminal terminal = terminal(caller, reading.terminal());
    if (terminal.key() != null) {
      cards.terminals.prove(
          terminal,
          "scan",
          reading.stamp(),
          reading.scene().word() + "\n" + reading.code(),
          reading.proof());
    } else if (caller.role() != Role.PRACTITIONER && !caller.isRoot()) {
      // Without a key of its own only a person who has signed in vouches for where it is.
      throw new Refusal(Refusal.Kind.FORBIDDEN, "card.terminal-proof");
    }
    return take(
        caller,
        reading,
        new Place(
            terminal.id(),
            terminal.institution(),
            PartyKind.HEALTH,
            reading.scene(),
            terminal.scenes(),
            terminal.attended()));
  }

  /** Where a code is read. */
  private record Place(
      String name,
      String institution,
      PartyKind party,
      Scene scene,
      Set<Scene> scenes,
      boolean attended) {}

  /** A code as far as it was understood. */
  private record Understood(Code code, Card card) {}

  private Found take(Caller caller, Reading reading, Place place) {
    return take(caller, reading, place, _ -> null);
  }

  /**
   * @param unless looked at last, before the code is spent: why not to, by its card
   */
  private Found take(
      Caller caller, Reading reading, Place place, Function<Card, @Nullable Refusal> unless) {
    cards.pace.check("wrong", place.name(), WRONG_PER_MINUTE);
    cards.pace.count("scans", place.name(), SCANS_PER_MINUTE);
    Instant now = cards.clock.instant().truncatedTo(ChronoUnit.MILLIS);
    Use attempt = attempt(caller, place, now);
    if (!place.scenes().contains(place.scene())) {
      throw noted(attempt, new Refusal(Refusal.Kind.FORBIDDEN, "card.scene-not-allowed"), false);
    }
    Understood understood = understood(attempt, reading.code());
    Card card = understood.card();
    Code code = understood.code();
    Use use = of(attempt, code, card);
    if (code.isOver(now, SKEW)) {
      throw noted(use, new Refusal(Refusal.Kind.BUSINESS_RULE, "card.code-expired"), false);
    }
    if (code.issued().isAfter(now.plus(SKEW))) {
      throw noted(use, new Refusal(Refusal.Kind.BUSINESS_RULE, "card.code-early"), false);
    }
    Refusal state = ofState(card);
    if (state != null) {
      throw noted(use, state, false);
    }
    boolean isPrinted = code.kind() == Code.Kind.PRINTED;
    if (isPrinted
        && (!place.attended()
            || place.party() != PartyKind.HEALTH
            || reading.document() == null
            || reading.document().isBlank())) {
      throw noted(use, new Refusal(Refusal.Kind.BUSINESS_RULE, "card.printed-attended"), false);
    }
    Refusal other = unless.apply(card);
    if (other != null) {
      throw noted(use, other, false);
    }
    if (!cards.uses.note(use)) {
      throw noted(use, new Refusal(Refusal.Kind.CONFLICT, "card.code-used"), false);
    }
    return new Found(card, isPrinted, now);
  }

  private static @Nullable Refusal ofState(Card card) {
    return card.state() == State.ACTIVE
        ? null
        : new Refusal(Refusal.Kind.BUSINESS_RULE, "card.code-card-" + card.state().word());
  }

  private Use attempt(Caller caller, Place place, Instant now) {
    int home = (int) Math.floorMod(cards.store.parameters().digests().of(place.name()), Ids.HOMES);
    return new Use(
        home,
        Ids.next(home),
        place.party(),
        0,
        "",
        now,
        now,
        false,
        place.scene().word(),
        place.name(),
        place.institution(),
        caller.subject(),
        "",
        "",
        null);
  }

  private static Use of(Use attempt, Code code, Card card) {
    return new Use(
        card.home(),
        Ids.next(card.home()),
        attempt.party(),
        card.patient(),
        card.id(),
        attempt.at(),
        attempt.noted(),
        attempt.offline(),
        attempt.scene(),
        attempt.terminal(),
        attempt.institution(),
        attempt.by(),
        code.kind().word(),
        "",
        code.kind() == Code.Kind.DYNAMIC ? code.block() : null);
  }

  /** Reads a code and finds its card; what is none of ours counts against who presents it. */
  private Understood understood(Use attempt, String text) {
    Code code;
    try {
      code = Code.parse(text);
    } catch (Refusal unreadable) {
      throw noted(attempt, unreadable, true);
    }
    if (code.region() != cards.keys.region()) {
      // No fault of the terminal's: a traveller's card. The region says so, unproved.
      throw noted(
          attempt,
          new Refusal(
              Refusal.Kind.BUSINESS_RULE,
              "card.code-other-region",
              "%06d".formatted(code.region())),
          false);
    }
    CardKeys.Key key = cards.keys.verifying(code.key());
    if (key == null) {
      throw noted(attempt, new Refusal(Refusal.Kind.BUSINESS_RULE, "card.code-key-unknown"), true);
    }
    if (!CardKeys.isSigned(key, code)) {
      throw noted(attempt, new Refusal(Refusal.Kind.BUSINESS_RULE, "card.code-forged"), true);
    }
    Card card = cards.table.byHandle(CardKeys.handle(key, code));
    if (card == null) {
      // Erased since it was printed; signed by us it is, whoever it was of.
      throw noted(attempt, new Refusal(Refusal.Kind.BUSINESS_RULE, "card.code-of-none"), false);
    }
    AccessTrail.noteAsked(card.patient());
    return new Understood(code, cards.counted(card));
  }

  /** Of what is told, the same each time: who tells it again adds nothing. */
  private String id(Use use, String reason) {
    byte[] block = use.code();
    return use.offline()
        ? "%03x-%016x"
            .formatted(
                use.home(),
                cards
                    .store
                    .parameters()
                    .digests()
                    .of(
                        String.join(
                            "|",
                            use.terminal(),
                            use.at().toString(),
                            reason,
                            block == null ? "" : java.util.HexFormat.of().formatHex(block))))
        : Ids.next(use.home());
  }

  private Refusal noted(Use use, Refusal refusal, boolean isWrong) {
    cards.uses.note(use.refused(refusal.messageKey(), id(use, refusal.messageKey())));
    // A report tells of what was read before: its terminal has not just presented it.
    if (isWrong && !use.offline()) {
      try {
        cards.pace.count("wrong", use.terminal(), WRONG_PER_MINUTE);
      } catch (Refusal tooMany) {
        return tooMany;
      }
    }
    return refusal;
  }

  // ------------------------------------------------------------------ parties

  private static Place place(Party party, Scene scene) {
    return new Place("party:" + party.id(), "", party.kind(), scene, Set.of(scene), false);
  }

  /**
   * The number that the bearer of a code has at the party that calls, and no other.
   *
   * @throws Refusal FORBIDDEN for who is no party, NOT_FOUND when the resident has no number there
   */
  public String resolve(Caller caller, String text) {
    Party party = cards.parties.calling(caller);
    Place place = place(party, party.kind() == PartyKind.INSURANCE ? Scene.INSURANCE : Scene.PAY);
    // Looked at before it is spent: who has no number there keeps the code for another party.
    Card card =
        take(
                caller,
                reading(place, text),
                place,
                bearer ->
                    cards.account(bearer, party.id()) == null
                        ? new Refusal(Refusal.Kind.NOT_FOUND, "card.not-enrolled")
                        : null)
            .card();
    Parties.Account account = cards.account(card, party.id());
    if (account == null) {
      throw new Refusal(Refusal.Kind.NOT_FOUND, "card.not-enrolled"); // Given up meanwhile.
    }
    return account.number();
  }

  private static Reading reading(Place place, String text) {
    return new Reading(place.name(), place.scene(), text, null, null, null);
  }

  /**
   * Notes the number that the bearer of a code has at the party that calls. Showing the code is the
   * resident's word for it.
   *
   * @param number the party's own; null to have one made that is known to this party alone
   */
  public String enrol(Caller caller, String text, @Nullable String number) {
    Party party = cards.parties.calling(caller);
    String noted = Parties.numberOf(number);
    Place place = place(party, Scene.ENROL);
    Card card = take(caller, reading(place, text), place).card();
    cards.parties.enrol(card.home(), card.patient(), party, noted);
    return noted;
  }

  // ------------------------------------------------------------------ uses without a line

  /** What a terminal did while it had no line. */
  public record Offline(String code, Instant at, String scene) {}

  /**
   * What became of one of them.
   *
   * @param reason empty when it was noted, or known already
   * @param elsewhere when the same code was used before; null where it was not
   */
  public record Reported(String reason, @Nullable Instant elsewhere) {}

  /**
   * The lines of a report, as the terminal signed them: code, time and scene with a space between,
   * each ended by LF. Codes hold spaces themselves; they stand last.
   */
  static String lines(List<Offline> uses) {
    var text = new StringBuilder();
    for (Offline use : uses) {
      text.append(use.at()).append(' ').append(use.scene()).append(' ').append(use.code());
      text.append('\n');
    }
    return text.toString();
  }

  /**
   * Notes what a terminal with a key took while it had no line. Nobody's record opens by it.
   * Telling the same again has the effect of once.
   *
   * @throws Refusal FORBIDDEN without a proof of the terminal over {@link #lines}
   */
  public List<Reported> report(
      Caller caller,
      String terminalId,
      List<Offline> uses,
      @Nullable String stamp,
      @Nullable String proof) {
    Terminal terminal = terminal(caller, terminalId);
    if (uses.size() > MOST_REPORTED) {
      throw new Refusal(Refusal.Kind.VALUE, "card.report-too-long", MOST_REPORTED);
    }
    cards.terminals.prove(terminal, "uses", stamp, lines(uses), proof);
    return uses.stream().map(use -> reported(caller, terminal, use)).toList();
  }

  private Reported reported(Caller caller, Terminal terminal, Offline told) {
    Instant now = cards.clock.instant();
    Use attempt = offline(caller, terminal, told, now);
    try {
      Understood understood = understood(attempt, told.code());
      Code code = understood.code();
      Card card = understood.card();
      Use use = of(attempt, code, card);
      if (told.at().isAfter(now.plus(OFFLINE_SKEW))
          || told.at().isBefore(now.minus(REPORTED_WITHIN))
          || code.isOver(told.at(), OFFLINE_SKEW)
          || code.issued().isAfter(told.at().plus(OFFLINE_SKEW))) {
        throw noted(use, new Refusal(Refusal.Kind.BUSINESS_RULE, "card.code-expired"), false);
      }
      // What the terminal could not know: the card was suspended by then.
      if (card.state() != State.ACTIVE && card.changed().isBefore(told.at())) {
        throw noted(use, Objects.requireNonNull(ofState(card)), false);
      }
      if (!terminal.scenes().stream().anyMatch(scene -> scene.word().equals(told.scene()))) {
        throw noted(use, new Refusal(Refusal.Kind.FORBIDDEN, "card.scene-not-allowed"), false);
      }
      if (code.kind() == Code.Kind.PRINTED) {
        throw noted(use, new Refusal(Refusal.Kind.BUSINESS_RULE, "card.printed-attended"), false);
      }
      if (cards.uses.note(use)) {
        return new Reported("", null);
      }
      Use first = cards.uses.spent(card.home(), code.block(), PartyKind.HEALTH);
      if (first == null || first.terminal().equals(terminal.id()) && first.at().equals(told.at())) {
        return new Reported("", null); // The same report again.
      }
      String twice = "card.code-used-twice";
      cards.uses.note(use.refused(twice, id(use, twice)));
      return new Reported("card.code-used-twice", first.at());
    } catch (Refusal refused) {
      if (refused.kind() == Refusal.Kind.TRANSIENT) {
        throw refused; // No verdict on the use: it is to be told again.
      }
      return new Reported(refused.messageKey(), null);
    }
  }

  private Use offline(Caller caller, Terminal terminal, Offline told, Instant now) {
    Use on =
        attempt(
            caller,
            new Place(
                terminal.id(),
                terminal.institution(),
                PartyKind.HEALTH,
                Scene.IDENTIFY,
                Set.of(),
                terminal.attended()),
            now);
    return new Use(
        on.home(),
        on.id(),
        on.party(),
        0,
        "",
        told.at(),
        now,
        true,
        told.scene(),
        on.terminal(),
        on.institution(),
        on.by(),
        "",
        "",
        null);
  }

  /** The list of keys, with openers for a terminal that proves who it is. */
  CardKeys.Signed keys(
      Caller caller, @Nullable String terminalId, @Nullable String stamp, @Nullable String proof) {
    if (terminalId == null) {
      return cards.keys.list(false);
    }
    Terminal terminal = terminal(caller, terminalId);
    cards.terminals.prove(terminal, "keys", stamp, "", proof);
    return cards.keys.list(true);
  }
}
