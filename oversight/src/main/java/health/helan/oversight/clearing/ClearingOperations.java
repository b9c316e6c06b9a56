package health.helan.oversight.clearing;

import health.helan.foundation.rest.Answer;
import health.helan.foundation.rest.FhirOperation;
import health.helan.foundation.rest.FhirOperation.Call;
import health.helan.foundation.rest.Given;
import health.helan.foundation.rest.NamedOperation;
import health.helan.foundation.rest.Words;
import health.helan.foundation.store.Caller;
import health.helan.foundation.store.Refusal;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import java.time.YearMonth;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/**
 * The operations of clearing; what they take and answer stands in docs/guide/reconciliation.md.
 * Each reads parameters and answers; the services decide.
 */
public final class ClearingOperations {
  /** What the policy calls looking at books. */
  public static final String READ = "clearing";

  /**
   * What it calls matching, closing and the steps of cases and months; who takes which, they say.
   */
  public static final String STEP = "clearing-step";

  /** What it calls sending a statement. */
  public static final String STATEMENT = "clearing-statement";

  /** What it calls setting how is reconciled. */
  public static final String TERMS = "clearing-terms";

  private static final int MOST_DAYS = 62;

  private final Clearing clearing;

  private ClearingOperations(Clearing clearing) {
    this.clearing = clearing;
  }

  public static List<FhirOperation> all(Clearing clearing) {
    var of = new ClearingOperations(clearing);
    return List.of(
        reads("clearing-counterparts", of::counterparts),
        reads("clearing-days", of::days),
        reads("clearing-day", of::day),
        reads("clearing-lines", of::lines),
        reads("clearing-cases", of::cases),
        reads("clearing-case", of::oneCase),
        reads("clearing-months", of::months),
        reads("clearing-month", of::month),
        reads("clearing-month-file", of::monthFile),
        operation("clearing-layout", true, TERMS, of::setLayout),
        operation("clearing-terms", true, TERMS, of::setTerms),
        operation("clearing-fetch", true, STATEMENT, of::fetch),
        operation("clearing-reconcile", true, STEP, of::reconcile),
        operation("clearing-close", true, STEP, of::close),
        operation("clearing-case-step", true, STEP, of::caseStep),
        operation("clearing-month-draw", true, STEP, of::monthDraw),
        operation("clearing-month-step", true, STEP, of::monthStep));
  }

  private static FhirOperation reads(String name, Function<Call, Answer> work) {
    return operation(name, false, READ, work);
  }

  private static FhirOperation operation(
      String name, boolean changes, String right, Function<Call, Answer> work) {
    return NamedOperation.of(
        "clearing", name, FhirOperation.Level.SYSTEM, "", changes, right, work);
  }

  // ------------------------------------------------------------------ parameters

  private static Given given(Call call, String... known) {
    var given = new Given(call);
    given.only(Set.of(known));
    return given;
  }

  private static YearMonth month(Given given) {
    YearMonth month = given.month("month");
    if (month == null) {
      throw Given.missing("month");
    }
    return month;
  }

  private static LocalDate day(Given given, String name) {
    return Given.day(name, given.need(name));
  }

  private static Counterpart counterpart(Given given) {
    return Counterpart.of(given.need("counterpart"));
  }

  private static <E extends Enum<E>> E word(Class<E> type, String name, String text) {
    try {
      return Enum.valueOf(type, text.toUpperCase(Locale.ROOT).replace('-', '_'));
    } catch (IllegalArgumentException e) {
      throw Given.wrong(name);
    }
  }

  /** From and to, no further apart than two months. */
  private static LocalDate[] span(Given given) {
    LocalDate to = day(given, "to");
    LocalDate from = day(given, "from");
    if (from.isAfter(to) || from.plusDays(MOST_DAYS).isBefore(to)) {
      throw Given.wrong("from");
    }
    return new LocalDate[] {from, to};
  }

  private static String yuan(long fen) {
    return BigDecimal.valueOf(fen, 2).toPlainString();
  }

  private static @Nullable String yuan(@Nullable Long fen) {
    return fen == null ? null : yuan(fen.longValue());
  }

  // ------------------------------------------------------------------ terms

  private Answer counterparts(Call call) {
    var unused = given(call);
    var unused2 = clearing.officers().institution(call.caller());
    ObjectNode answer = Words.parameters();
    Words words = Words.of(answer);
    for (Terms terms : clearing.counterparts().all()) {
      Words one = words.group("counterpart").text("name", terms.counterpart().name());
      one.text(
              "display",
              call.language().getLanguage().equals("zh") ? terms.chinese() : terms.english())
          .number("revision", terms.revision())
          .code("layout", terms.layout())
          .code("lists", terms.lists())
          .number("window-seconds", terms.windowSeconds())
          .number("advance-percent", terms.advancePercent())
          .flag("fetched", clearing.isFetched(terms.counterpart()));
      terms.rules().stream()
          .sorted()
          .forEach(rule -> one.code("rule", rule.name().toLowerCase(Locale.ROOT)));
    }
    for (Counterparts.LaidOut layout : clearing.counterparts().layouts()) {
      words
          .group("layout")
          .code("code", layout.code())
          .number("revision", layout.revision())
          .text("content", layout.json());
    }
    return Words.answer(answer);
  }

  private Answer setLayout(Call call) {
    Given given = given(call, "code", "content");
    Officers.centre(call.caller());
    var layout =
        clearing.counterparts().setLayout(call.caller(), given.need("code"), content(call));
    ObjectNode answer = Words.parameters();
    var unused = Words.of(answer).number("revision", layout.revision());
    return Words.answer(answer);
  }

  private Answer setTerms(Call call) {
    Given given = given(call, "counterpart", "content");
    Officers.centre(call.caller());
    Terms terms =
        clearing.counterparts().setTerms(call.caller(), counterpart(given), content(call));
    ObjectNode answer = Words.parameters();
    var unused = Words.of(answer).number("revision", terms.revision());
    return Words.answer(answer);
  }

  /** Longer than other parameters may be. */
  private static String content(Call call) {
    String text = call.text("content");
    if (text == null) {
      throw Given.missing("content");
    }
    return text;
  }

  // ------------------------------------------------------------------ days

  private Answer days(Call call) {
    Given given = given(call, "from", "to");
    LocalDate[] span = span(given);
    String own = clearing.officers().institution(call.caller());
    ObjectNode answer = Words.parameters();
    Words words = Words.of(answer);
    if (own == null) {
      for (Book book : clearing.books(span[0], span[1])) {
        told(words.group("book"), book);
      }
    } else {
      for (OwnDays.OwnDay one : clearing.ownDays().list(own, span[0], span[1])) {
        told(words.group("own"), one);
      }
    }
    for (DayClose close :
        own == null
            ? clearing.closes().list(span[0], span[1])
            : clearing.closes().list(span[0], span[1], List.of("institution/" + own))) {
      told(words.group("close"), close, false);
    }
    return Words.answer(answer);
  }

  private static void told(Words words, Book book) {
    words
        .text("counterpart", book.counterpart().name())
        .text("day", book.day().toString())
        .code("state", book.state().name().toLowerCase(Locale.ROOT))
        .time("reconciled", book.reconciled())
        .number("statements", book.statements())
        .number("ours", book.ours())
        .number("theirs", book.theirs())
        .number("listed", book.listed())
        .text("ours-amount", yuan(book.oursFen()))
        .text("theirs-amount", yuan(book.theirsFen()))
        .text("listed-amount", yuan(book.listedFen()))
        .number("by-key", book.byKey())
        .number("by-reference", book.byReference())
        .number("by-rule", book.byRule())
        .number("carried", book.carried())
        .number("differences", book.differences());
  }

  private static void told(Words words, OwnDays.OwnDay one) {
    words
        .text("counterpart", one.counterpart().name())
        .text("day", one.day().toString())
        .code("state", one.state().name().toLowerCase(Locale.ROOT))
        .time("reconciled", one.reconciled())
        .number("differences", one.differences())
        .number("open", one.open());
    told(words, "listed", one.list());
    told(words, "ours", one.ours());
  }

  private static void told(Words words, String name, OwnDays.@Nullable Sums sums) {
    if (sums != null) {
      words
          .number(name, Math.toIntExact(sums.lines()))
          .text(name + "-in", yuan(sums.in()))
          .text(name + "-out", yuan(sums.out()));
    }
  }

  private static void told(Words words, DayClose close, boolean isWhole) {
    words
        .text("scope", close.scope())
        .text("day", close.day().toString())
        .number("number", close.number())
        .time("at", close.at())
        .text("digest", close.digest());
    for (List<String> account : close.facts(DayClose.Fact.ACCOUNT)) {
      words.text("debits", yuan(Long.parseLong(account.get(0))));
      words.text("credits", yuan(Long.parseLong(account.get(1))));
    }
    if (isWhole) {
      words.text("body", close.body());
    }
  }

  private Answer day(Call call) {
    Given given = given(call, "counterpart", "day");
    Counterpart counterpart = counterpart(given);
    LocalDate day = day(given, "day");
    String own = clearing.officers().institution(call.caller());
    return own == null ? dayOf(counterpart, day) : ownDayOf(counterpart, day, own);
  }

  /** An institution's part of it. */
  private Answer ownDayOf(Counterpart counterpart, LocalDate day, String own) {
    ObjectNode answer = Words.parameters();
    Words words = Words.of(answer);
    OwnDays.OwnDay part = clearing.ownDays().one(own, counterpart, day);
    if (part != null) {
      Words of = words.group("own");
      told(of, part);
      if (part.ours() == null && part.reconciled() != null) {
        told(of, "ours", clearing.ownDays().ours(counterpart, day, own));
      }
    }
    for (Statement one : clearing.statements().list(counterpart, day)) {
      if (one.institution().equals(own)) {
        told(words.group("statement"), one);
      }
    }
    return Words.answer(answer);
  }

  private Answer dayOf(Counterpart counterpart, LocalDate day) {
    ObjectNode answer = Words.parameters();
    Words words = Words.of(answer);
    Book book = clearing.book(counterpart, day);
    if (book != null) {
      told(words.group("book"), book);
      for (Statement one : clearing.statements().list(counterpart, day)) {
        told(words.group("statement"), one);
      }
    }
    DayClose close = clearing.closes().find(counterpart.name(), day);
    if (close != null) {
      told(words.group("close"), close, true);
    }
    return Words.answer(answer);
  }

  static void told(Words words, Statement one) {
    words
        .number("number", one.number())
        .code("side", one.side().word())
        .reference(
            "institution",
            one.institution().isEmpty() ? null : "Organization/" + one.institution(),
            null)
        .number("lines", one.lines())
        .text("in", yuan(one.in()))
        .text("out", yuan(one.out()))
        .time("taken", one.taken())
        .text("taken-by", one.takenBy())
        .text("layout", one.layout() + " " + one.layoutRevision())
        .flag("standing", one.isStanding())
        .text("digest", one.digest())
        .flag("new", one.isNew());
  }

  private Answer lines(Call call) {
    Given given = given(call, "counterpart", "day", "statement", "after");
    String own = clearing.officers().institution(call.caller());
    String statement = given.text("statement");
    String after = given.text("after");
    if (statement != null && !statement.matches("\\d{1,4}")) {
      throw Given.wrong("statement");
    }
    if (after != null && !after.matches("\\d{1,8}")) {
      throw Given.wrong("after");
    }
    ObjectNode answer = Words.parameters();
    Words words = Words.of(answer);
    for (Cases.Found line :
        clearing.lines(
            counterpart(given),
            day(given, "day"),
            statement == null ? 0 : Integer.parseInt(statement),
            after == null ? 0 : Integer.parseInt(after),
            own)) {
      told(words.group("line"), line);
    }
    return Words.answer(answer);
  }

  private static void told(Words words, Cases.Found line) {
    Entry entry = line.entry();
    words
        .code("side", line.side().word())
        .number("statement", line.statement())
        .number("number", line.number())
        .code("flow", entry.flow().word())
        .text("key", entry.key())
        .text("reference", entry.reference())
        .text("amount", yuan(entry.fen()))
        .time("at", entry.at())
        .reference(
            "institution",
            entry.institution().isEmpty() ? null : "Organization/" + entry.institution(),
            null);
  }

  private Answer fetch(Call call) {
    Given given = given(call, "counterpart", "day");
    Officers.centre(call.caller());
    Statement taken = clearing.fetch(call.caller(), counterpart(given), day(given, "day"));
    ObjectNode answer = Words.parameters();
    told(Words.of(answer).group("statement"), taken);
    return Words.answer(answer);
  }

  private Answer reconcile(Call call) {
    Given given = given(call, "counterpart", "day");
    Officers.centre(call.caller());
    Counterpart counterpart = counterpart(given);
    LocalDate day = day(given, "day");
    var unused = clearing.reconciliation().reconcile(counterpart, day);
    return dayOf(counterpart, day);
  }

  private Answer close(Call call) {
    Given given = given(call, "scope", "day");
    Officers.centre(call.caller());
    String scope = given.need("scope");
    LocalDate day = day(given, "day");
    DayClose close =
        scope.equals(DayClose.ALL)
            ? clearing.closes().closeAll(call.caller(), day)
            : clearing.closes().close(call.caller(), Counterpart.of(scope), day);
    ObjectNode answer = Words.parameters();
    told(Words.of(answer).group("close"), close, true);
    return Words.answer(answer);
  }

  // ------------------------------------------------------------------ cases

  private Answer cases(Call call) {
    Given given = given(call, "from", "to", "counterpart", "state");
    LocalDate[] span = span(given);
    String counterpart = given.text("counterpart");
    String state = given.text("state");
    var filter =
        new Cases.Filter(
            span[0],
            span[1],
            counterpart == null ? null : Counterpart.of(counterpart),
            clearing.officers().institution(call.caller()),
            state == null ? null : word(CaseState.class, "state", state));
    ObjectNode answer = Words.parameters();
    Words words = Words.of(answer);
    for (Case one : clearing.cases().list(filter)) {
      told(words.group("case"), one);
    }
    return Words.answer(answer);
  }

  private static void told(Words words, Case one) {
    words
        .code("id", one.id())
        .text("counterpart", one.counterpart().name())
        .text("day", one.day().toString())
        .code("kind", one.kind().word())
        .code("state", one.state().word())
        .code("flow", one.flow().word())
        .text("key", one.key())
        .text("ours", yuan(one.oursFen()))
        .text("theirs", yuan(one.theirsFen()))
        .text("listed", yuan(one.listedFen()))
        .reference(
            "institution",
            one.institution().isEmpty() ? null : "Organization/" + one.institution(),
            null)
        .code("reason", one.reason().isEmpty() ? null : one.reason())
        .text("turned-up", one.turnedUp() == null ? null : one.turnedUp().toString())
        .time("found", one.found())
        .time("changed", one.changed());
    Remedy remedy = one.remedy();
    if (remedy != null) {
      words
          .group("remedy")
          .code("debit", remedy.debit().code())
          .code("credit", remedy.credit().code())
          .text("amount", yuan(remedy.fen()));
    }
  }

  private Cases.Whole visible(Caller caller, String id) {
    String own = clearing.officers().institution(caller);
    Cases.Whole whole = clearing.cases().whole(id);
    if (own != null && !own.equals(whole.of().institution())) {
      throw new Refusal(Refusal.Kind.NOT_FOUND, "clearing.no-case");
    }
    return whole;
  }

  private Answer oneCase(Call call) {
    Given given = given(call, "id");
    return told(call.caller(), visible(call.caller(), given.need("id")));
  }

  private Answer told(Caller caller, Cases.Whole whole) {
    ObjectNode answer = Words.parameters();
    Words words = Words.of(answer);
    told(words.group("case"), whole.of());
    String last = whole.steps().isEmpty() ? "" : whole.steps().getLast().by();
    for (Cases.Found line : whole.lines()) {
      told(words.group("line"), line);
    }
    for (Case.Taken taken : whole.steps()) {
      words
          .group("step")
          .code("step", taken.step().word())
          .time("at", taken.at())
          .text("by", taken.by())
          .text("note", taken.note());
    }
    for (CaseStep step : CaseStep.values()) {
      if (step.mayTake(caller)
          && step.from().contains(whole.of().state())
          && !(step.takesOtherEyes() && caller.subject().equals(last))) {
        words.code("open", step.word());
      }
    }
    return Words.answer(answer);
  }

  private Answer caseStep(Call call) {
    Given given = given(call, "id", "step", "note", "against");
    String id = given.need("id");
    CaseStep step = word(CaseStep.class, "step", given.need("step"));
    String against = given.text("against");
    String note = given.text("note");
    var unused = visible(call.caller(), id);
    var unused2 =
        clearing
            .cases()
            .step(
                call.caller(),
                id,
                step,
                note == null ? "" : note,
                against == null
                    ? Cases.Against.USUAL
                    : word(Cases.Against.class, "against", against));
    return told(call.caller(), clearing.cases().whole(id));
  }

  // ------------------------------------------------------------------ months

  private Answer months(Call call) {
    Given given = given(call, "month");
    return months(month(given), clearing.officers().institution(call.caller()));
  }

  private Answer months(YearMonth month, @Nullable String institution) {
    ObjectNode answer = Words.parameters();
    Words words = Words.of(answer);
    for (Month one : clearing.months().list(month, institution)) {
      told(words.group("month"), one);
    }
    return Words.answer(answer);
  }

  private static void told(Words words, Month one) {
    words
        .code("id", one.id())
        .text("month", one.month().toString())
        .text("counterpart", one.counterpart().name())
        .reference("institution", "Organization/" + one.institution(), null)
        .code("state", one.state().word())
        .number("lines", one.lines())
        .number("days", one.days())
        .text("in", yuan(one.in()))
        .text("out", yuan(one.out()))
        .text("adjusted", yuan(one.adjusted()))
        .text("due", yuan(one.due()))
        .text("advance", yuan(one.advance()))
        .time("drawn", one.drawn())
        .time("changed", one.changed());
  }

  private Month visibleMonth(Caller caller, String id) {
    String own = clearing.officers().institution(caller);
    Month month = clearing.months().month(id);
    if (own != null && !own.equals(month.institution())) {
      throw new Refusal(Refusal.Kind.NOT_FOUND, "clearing.no-month");
    }
    return month;
  }

  private Answer month(Call call) {
    Given given = given(call, "id");
    return told(call.caller(), visibleMonth(call.caller(), given.need("id")));
  }

  private Answer told(Caller caller, Month month) {
    ObjectNode answer = Words.parameters();
    Words words = Words.of(answer);
    told(words.group("month"), month);
    String last = "";
    for (Month.Taken taken : clearing.months().steps(month)) {
      words
          .group("step")
          .code("step", taken.step().word())
          .text("amount", yuan(taken.fen()))
          .time("at", taken.at())
          .text("by", taken.by())
          .text("note", taken.note());
      if (taken.step().takenBy().contains(Caller.Role.OPERATOR)) {
        last = taken.by();
      }
    }
    for (MonthStep step : MonthStep.values()) {
      if (step != MonthStep.DRAW
          && step.mayTake(caller)
          && step.from().contains(month.state())
          && !(step.takesOtherEyes() && caller.subject().equals(last))) {
        words.code("open", step.word());
      }
    }
    return Words.answer(answer);
  }

  private Answer monthDraw(Call call) {
    Given given = given(call, "counterpart", "month");
    Officers.centre(call.caller());
    YearMonth month = month(given);
    var unused = clearing.months().draw(call.caller(), counterpart(given), month);
    return months(month, null);
  }

  private Answer monthStep(Call call) {
    Given given = given(call, "id", "step", "note", "held-back");
    String id = given.need("id");
    MonthStep step = word(MonthStep.class, "step", given.need("step"));
    if (step == MonthStep.DRAW) {
      throw Given.wrong("step");
    }
    String heldBack = given.text("held-back");
    if (heldBack != null && !heldBack.matches("\\d{1,10}(\\.\\d{1,2})?")) {
      throw Given.wrong("held-back");
    }
    String note = given.text("note");
    var unused = visibleMonth(call.caller(), id);
    Month month =
        clearing
            .months()
            .step(
                call.caller(),
                id,
                step,
                note == null ? "" : note,
                heldBack == null ? 0 : new BigDecimal(heldBack).movePointRight(2).longValueExact());
    return told(call.caller(), month);
  }

  private Answer monthFile(Call call) {
    Given given = given(call, "month");
    YearMonth month = month(given);
    String own = clearing.officers().institution(call.caller());
    return Answer.file(
        clearing.months().csv(month, own).getBytes(StandardCharsets.UTF_8),
        "text/csv;charset=UTF-8",
        "clearing-" + month + ".csv");
  }
}
