package health.helan.foundation.residents.card;

import static health.helan.foundation.residents.card.Operation.onPatient;
import static health.helan.foundation.residents.card.Operation.onSystem;
import static health.helan.foundation.residents.card.Operation.required;

import health.helan.foundation.residents.card.Terminals.Terminal;
import health.helan.foundation.rest.Answer;
import health.helan.foundation.rest.FhirOperation;
import health.helan.foundation.rest.FhirOperation.Call;
import health.helan.foundation.rest.Messages;
import health.helan.foundation.rest.Words;
import health.helan.foundation.store.Caller;
import health.helan.foundation.store.Caller.Role;
import health.helan.foundation.store.Outcome;
import health.helan.foundation.store.Refusal;
import health.helan.foundation.trust.policy.Arrivals;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Base64;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The operations of cards; parameters and answers stand in {@code docs/guide/health-card.md}, who
 * may call which in {@code docs/guide/access.md}.
 */
public final class CardOperations {
  /** System of the number, as an identifier; no official one is known to us. */
  public static final String NUMBER_SYSTEM = "https://helan.health/fhir/sid/health-card";

  /** The page that shows codes is told of a use within this time. */
  private static final Duration JUST_NOW = Duration.ofMinutes(3);

  private final Cards cards;
  private final Scans scans;

  private CardOperations(Cards cards) {
    this.cards = cards;
    this.scans = new Scans(cards);
  }

  /** For whoever assembles the API. */
  public static List<FhirOperation> all(Cards cards) {
    var of = new CardOperations(cards);
    return List.of(
        onPatient("health-card", false, of::card),
        onPatient("health-card-step", true, of::step),
        onPatient("health-code", true, of::code),
        onPatient("health-card-uses", false, of::uses),
        onPatient("health-card-account", true, of::account),
        onSystem("scan-card", true, of::scan),
        onSystem("report-card-uses", true, of::report),
        onSystem("card-keys", false, of::keys),
        onSystem("card-key", true, of::key),
        onSystem("card-terminals", false, of::terminals),
        onSystem("card-terminal", true, of::terminal),
        onSystem("card-terminal-uses", false, of::terminalUses),
        onSystem("card-resolve", true, of::resolve),
        onSystem("card-enrol", true, of::enrol),
        onSystem("card-parties", false, of::parties),
        onSystem("card-party", true, of::party));
  }

  // ------------------------------------------------------------------ residents and counters

  /**
   * Lets a resident at what it sees itself, and a clerk at whom it has the number of in hand. Who
   * is not there and whose number is another are answered alike.
   */
  private String patient(Call call) {
    String id = Objects.requireNonNull(call.id());
    Caller caller = call.caller();
    if (caller.isRoot() || caller.role() == Role.RESIDENT) {
      call.store().read(caller, "Patient", id);
      return id;
    }
    if (caller.institution().isEmpty() || caller.binding().practitioner().isEmpty()) {
      throw new Refusal(Refusal.Kind.FORBIDDEN, "access.practitioners-only");
    }
    String number = call.text("identifier");
    if (number == null || number.isBlank()) {
      throw new Refusal(Refusal.Kind.VALUE, "access.no-such-identifier");
    }
    try {
      for (JsonNode identifier : cards.patient(caller, id).path("identifier")) {
        String value = identifier.path("value").asString("");
        if (value.toUpperCase(Locale.ROOT).equals(number.strip().toUpperCase(Locale.ROOT))) {
          return id;
        }
      }
    } catch (Refusal absent) {
      if (absent.kind() == Refusal.Kind.TRANSIENT) {
        throw absent;
      }
      // The same answer as for a wrong number.
    }
    throw new Refusal(Refusal.Kind.NOT_FOUND, "store.not-found", "Patient", id);
  }

  private Answer card(Call call) {
    String id = patient(call);
    return shown(call, id, "true".equals(call.text("printed")));
  }

  private Answer step(Call call) {
    String id = patient(call);
    cards.take(
        call.caller(),
        id,
        Step.of(required(call, "step")),
        call.text("reason"),
        call.text("document"));
    return shown(call, id, false);
  }

  private Answer shown(Call call, String id, boolean printed) {
    ObjectNode answer = Words.parameters();
    var words = Words.of(answer);
    boolean isOwn = call.caller().role() == Role.RESIDENT;
    Wallet wallet = cards.wallet(id);
    Card live = wallet.live();
    for (Card card : wallet.cards()) {
      Words one = words.group("card");
      one.code("state", card.state().word());
      one.text("number", card.number());
      one.time("applied", card.applied());
      one.time("issued", card.issued());
      one.time("changed", card.changed());
      if (card.held() != Card.Held.NOT) {
        one.code("held-by", card.isHeldAtCounter() ? "counter" : "resident");
      }
      for (CardTable.Act act : cards.acts(card)) {
        Words acts = one.group("act");
        acts.code("step", act.step()).code("state", act.state().word()).time("at", act.at());
        acts.code("role", act.role()).code("reason", act.reason());
        acts.code("document", act.document());
        if (!act.institution().isEmpty()) {
          acts.reference("institution", "Organization/" + act.institution(), null);
        }
      }
    }
    for (Parties.Account account : cards.accounts(wallet)) {
      Parties.Party party = cards.parties.find(account.party());
      Words one = words.group("account");
      one.text("party", account.party()).code("kind", account.kind().word());
      one.text("name", party == null ? account.party() : party.name());
      one.time("since", account.since());
      if (isOwn) {
        one.text("number", account.number()); // Of the resident alone; a counter has no use for it.
      }
    }
    for (Step step : cards.open(call.caller(), live)) {
      words.code("may", step.word());
    }
    if (printed) {
      words.text("code", cards.print(call.caller(), id));
    }
    return Words.answer(answer);
  }

  private Answer code(Call call) {
    String id = patient(call);
    Cards.Shown shown = cards.show(call.caller(), id);
    ObjectNode answer = Words.parameters();
    var words = Words.of(answer);
    words.text("code", shown.text());
    words.time("issued", shown.issued()).time("until", shown.until()).time("now", shown.now());
    Uses.Use last = cards.lastUse(id, JUST_NOW);
    if (last != null) {
      use(words.group("last-use"), last, call.language(), new HashMap<>());
    }
    return Words.answer(answer);
  }

  private Answer uses(Call call) {
    String id = patient(call);
    ObjectNode answer = Words.parameters();
    var words = Words.of(answer);
    Map<String, String> names = new HashMap<>();
    for (Uses.Use use : cards.uses(id, before(call))) {
      use(words.group("use"), use, call.language(), names);
    }
    return Words.answer(answer);
  }

  private static Instant before(Call call) {
    String before = call.text("before");
    try {
      return before == null ? Instant.parse("9999-01-01T00:00:00Z") : Instant.parse(before);
    } catch (DateTimeParseException wrong) {
      throw new Refusal(Refusal.Kind.VALUE, "card.time-form", "before");
    }
  }

  /** A use as it is told; who is behind it by the name of the place, never a person's. */
  private void use(Words words, Uses.Use use, Locale language, Map<String, String> names) {
    words.time("at", use.at()).code("scene", use.scene()).code("party", use.party().word());
    words.code("code", use.kind()).flag("refused", !use.reason().isEmpty());
    if (!use.reason().isEmpty()) {
      words.code("reason-code", use.reason());
      words.text("reason", Messages.of(language, use.reason(), List.of("")));
    }
    words.text("terminal", names.computeIfAbsent(use.terminal(), this::place));
    if (!use.institution().isEmpty()) {
      words.reference("institution", "Organization/" + use.institution(), null);
    }
    if (use.offline()) {
      words.flag("offline", true).time("noted", use.noted());
    }
  }

  private String place(String terminal) {
    if (terminal.startsWith("party:")) {
      Parties.Party party = cards.parties.find(terminal.substring("party:".length()));
      return party == null ? terminal : party.name();
    }
    Terminal found = cards.terminals.find(terminal);
    return found == null ? terminal : found.name();
  }

  private Answer account(Call call) {
    String id = patient(call);
    cards.endAccount(id, required(call, "party"));
    return shown(call, id, false);
  }

  // ------------------------------------------------------------------ terminals

  private Answer scan(Call call) {
    Caller caller = call.caller();
    Scene scene = Scene.of(required(call, "scene"));
    String text = required(call, "code");
    String practitioner = Arrivals.reference(call.text("practitioner"), "Practitioner/");
    String department = Arrivals.reference(call.text("department"), "Organization/");
    if (scene == Scene.CHECK_IN) {
      // Before the code is spent: what could not be entered must not cost the resident a code.
      call.store().checkMayWrite(caller, "Encounter");
      boolean isNobody = practitioner == null && department == null;
      boolean isForItself =
          Arrivals.isSelf(caller, practitioner, department)
              && Code.parse(text).kind() == Code.Kind.PRINTED;
      if (isNobody || isForItself || caller.isRoot()) {
        throw new Refusal(Refusal.Kind.BUSINESS_RULE, "card.check-in-for-whom");
      }
    }
    Scans.Found found =
        scans.scan(
            caller,
            new Scans.Reading(
                required(call, "terminal"),
                scene,
                text,
                call.text("stamp"),
                call.text("proof"),
                call.text("document")));
    Outcome encounter =
        scene == Scene.CHECK_IN
            ? Arrivals.enter(
                call.store(), caller, found.patient(), practitioner, department, cards.clock)
            : null;
    JsonNode patient = cards.patient(caller, found.patient());
    ObjectNode answer = Words.parameters();
    var words = Words.of(answer);
    words.code("scene", scene.word()).time("at", found.at());
    words.code("code", found.isPrinted() ? "printed" : "dynamic");
    words.reference("patient", "Patient/" + found.patient(), Cards.nameOf(patient));
    words.code("gender", patient.path("gender").asString(""));
    words.text("birth-date", patient.path("birthDate").asString(""));
    words.text("number", found.card().number());
    if (encounter != null) {
      words.reference("encounter", "Encounter/" + encounter.id(), null);
    }
    return Words.answer(answer);
  }

  private Answer report(Call call) {
    List<Scans.Offline> told = new ArrayList<>();
    JsonNode parameters = call.body() == null ? Words.parameters() : call.body().path("parameter");
    for (JsonNode parameter : parameters) {
      if (parameter.path("name").asString("").equals("use")) {
        told.add(
            new Scans.Offline(
                part(parameter, "code"),
                time(part(parameter, "at")),
                Scene.of(part(parameter, "scene")).word()));
      }
    }
    if (told.isEmpty()) {
      throw new Refusal(Refusal.Kind.INVALID, "card.parameter-missing", "use");
    }
    ObjectNode answer = Words.parameters();
    var words = Words.of(answer);
    for (Scans.Reported reported :
        scans.report(
            call.caller(),
            required(call, "terminal"),
            told,
            call.text("stamp"),
            call.text("proof"))) {
      Words one = words.group("use");
      one.flag("noted", reported.reason().isEmpty());
      if (!reported.reason().isEmpty()) {
        one.code("reason-code", reported.reason());
        one.text("reason", Messages.of(call.language(), reported.reason(), List.of("")));
      }
      one.time("elsewhere", reported.elsewhere());
    }
    return Words.answer(answer);
  }

  private static String part(JsonNode parameter, String name) {
    for (JsonNode part : parameter.path("part")) {
      if (part.path("name").asString("").equals(name)) {
        for (var property : part.properties()) {
          if (property.getKey().startsWith("value") && property.getValue().isValueNode()) {
            return property.getValue().asString();
          }
        }
      }
    }
    throw new Refusal(Refusal.Kind.INVALID, "card.parameter-missing", "use." + name);
  }

  private static Instant time(String text) {
    try {
      return Instant.parse(text).truncatedTo(ChronoUnit.SECONDS);
    } catch (DateTimeParseException wrong) {
      throw new Refusal(Refusal.Kind.VALUE, "card.time-form", "at");
    }
  }

  private Answer keys(Call call) {
    CardKeys.Signed signed =
        scans.keys(call.caller(), call.text("terminal"), call.text("stamp"), call.text("proof"));
    ObjectNode answer = Words.parameters();
    var words = Words.of(answer);
    words.text("list", signed.list());
    words.text("signature", Base64.getEncoder().encodeToString(signed.signature()));
    words.text("algorithm", signed.algorithm());
    words.text("certificate", Base64.getEncoder().encodeToString(signed.certificate()));
    return Words.answer(answer);
  }

  private Answer key(Call call) {
    String retire = call.text("retire");
    if (retire == null) {
      cards.keys().renew();
    } else {
      try {
        cards.keys().retire(Integer.parseInt(retire));
      } catch (NumberFormatException wrong) {
        throw new Refusal(Refusal.Kind.VALUE, "card.key-unknown");
      }
    }
    ObjectNode answer = Words.parameters();
    var words = Words.of(answer);
    for (CardKeys.Key key : cards.keys().all()) {
      words
          .group("key")
          .number("number", key.number())
          .code("state", key.state().word())
          .time("made", key.made());
    }
    return Words.answer(answer);
  }

  private Answer terminals(Call call) {
    ObjectNode answer = Words.parameters();
    var words = Words.of(answer);
    for (Terminal terminal : cards.terminals().list(own(call.caller()))) {
      terminal(words.group("terminal"), terminal);
    }
    return Words.answer(answer);
  }

  /** The institution that the caller is limited to; empty for operators. */
  private static String own(Caller caller) {
    if (caller.role() == Role.OPERATOR || caller.isRoot()) {
      return "";
    }
    if (caller.institution().isEmpty()) {
      throw new Refusal(Refusal.Kind.FORBIDDEN, "card.terminal-unknown");
    }
    return caller.institution();
  }

  private static void terminal(Words words, Terminal terminal) {
    words.text("id", terminal.id()).text("name", terminal.name());
    words.code("state", terminal.isActive() ? "active" : "suspended");
    words.reference("institution", "Organization/" + terminal.institution(), null);
    terminal.scenes().stream().sorted().forEach(scene -> words.code("scene", scene.word()));
    words.flag("attended", terminal.attended()).flag("key", terminal.key() != null);
    words.time("until", terminal.until());
    words.time("created", terminal.created()).time("changed", terminal.changed());
  }

  private Answer terminal(Call call) {
    Caller caller = call.caller();
    String own = own(caller);
    String id = required(call, "id");
    String state = call.text("state");
    Terminal done;
    if (state != null) {
      Terminal there = cards.terminals().find(id);
      if (there == null || !own.isEmpty() && !there.institution().equals(own)) {
        throw new Refusal(Refusal.Kind.NOT_FOUND, "card.no-such-terminal");
      }
      boolean isActive =
          switch (state) {
            case "active" -> true;
            case "suspended" -> false;
            default -> throw new Refusal(Refusal.Kind.VALUE, "card.terminal-incomplete");
          };
      done = cards.terminals().hold(there, isActive, own.isEmpty(), caller.subject());
    } else {
      String institution = own.isEmpty() ? required(call, "institution") : own;
      Set<Scene> scenes = EnumSet.noneOf(Scene.class);
      for (String word : required(call, "scenes").split("[ ,]+")) {
        scenes.add(Scene.of(word));
      }
      done =
          cards
              .terminals()
              .put(
                  id,
                  institution.replaceFirst("^Organization/", ""),
                  required(call, "name"),
                  scenes,
                  "true".equals(call.text("attended")),
                  call.text("key"),
                  caller.subject());
    }
    ObjectNode answer = Words.parameters();
    terminal(Words.of(answer).group("terminal"), done);
    return Words.answer(answer);
  }

  /** What was read at a terminal, without whose it was. */
  private Answer terminalUses(Call call) {
    String own = own(call.caller());
    String id = required(call, "terminal");
    Terminal terminal = cards.terminals().find(id);
    if (terminal == null || !own.isEmpty() && !terminal.institution().equals(own)) {
      throw new Refusal(Refusal.Kind.NOT_FOUND, "card.no-such-terminal");
    }
    ObjectNode answer = Words.parameters();
    var words = Words.of(answer);
    Map<String, String> names = new HashMap<>();
    for (Uses.Use use : cards.uses.ofTerminal(id, before(call))) {
      use(words.group("use"), use, call.language(), names);
    }
    return Words.answer(answer);
  }

  // ------------------------------------------------------------------ parties

  private Answer resolve(Call call) {
    return number(scans.resolve(call.caller(), required(call, "code")));
  }

  private Answer enrol(Call call) {
    return number(scans.enrol(call.caller(), required(call, "code"), call.text("number")));
  }

  private static Answer number(String number) {
    ObjectNode answer = Words.parameters();
    Words.of(answer).text("number", number);
    return Words.answer(answer);
  }

  private Answer parties(Call call) {
    ObjectNode answer = Words.parameters();
    var words = Words.of(answer);
    cards.parties.list().forEach(party -> party(words.group("party"), party));
    return Words.answer(answer);
  }

  private Answer party(Call call) {
    ObjectNode answer = Words.parameters();
    party(
        Words.of(answer).group("party"),
        cards.parties.put(
            required(call, "id"),
            required(call, "kind"),
            required(call, "name"),
            !"suspended".equals(call.text("state")),
            call.caller().subject()));
    return Words.answer(answer);
  }

  private static void party(Words words, Parties.Party party) {
    words.text("id", party.id()).text("name", party.name()).code("kind", party.kind().word());
    words.code("state", party.isActive() ? "active" : "suspended");
    words.time("changed", party.changed());
  }
}
