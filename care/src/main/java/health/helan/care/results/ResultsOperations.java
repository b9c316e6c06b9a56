package health.helan.care.results;

import health.helan.care.results.rules.Bill;
import health.helan.care.results.rules.Charge;
import health.helan.care.results.rules.Standing;
import health.helan.foundation.rest.Answer;
import health.helan.foundation.rest.FhirOperation;
import health.helan.foundation.rest.FhirOperation.Call;
import health.helan.foundation.rest.FhirOperation.Level;
import health.helan.foundation.rest.Given;
import health.helan.foundation.rest.Words;
import health.helan.foundation.store.Caller;
import java.math.BigDecimal;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** The operations of results and bills; what they take and answer stands in the guide. */
public final class ResultsOperations {
  private final Notices notices;
  private final Bills bills;

  private ResultsOperations(Notices notices, Bills bills) {
    this.notices = notices;
    this.bills = bills;
  }

  public static List<FhirOperation> all(Notices notices, Bills bills) {
    var of = new ResultsOperations(notices, bills);
    return List.of(
        new One(
            "daily-bill",
            Set.of(Level.INSTANCE),
            "Encounter",
            false,
            Set.of("date"),
            of::dailyBill),
        new One(
            "mark-read",
            Set.of(Level.INSTANCE, Level.TYPE),
            "Communication",
            true,
            Set.of("patient", "about"),
            of::markRead));
  }

  /** One operation: who may call it stands in the policy, under its name. */
  private record One(
      String name,
      Set<Level> levels,
      String type,
      boolean changes,
      Set<String> known,
      Function<Call, Answer> work)
      implements FhirOperation {
    @Override
    public Spec spec() {
      return new Spec(
          name,
          levels,
          Set.of(type),
          changes,
          "https://helan.health/fhir/OperationDefinition/" + type + "-" + name);
    }

    @Override
    public Answer execute(Call call) {
      call.store().checkMayOperate(call.caller(), name);
      new Given(call).only(known); // What nobody looks at is refused, not ignored.
      return work.apply(call);
    }
  }

  // ------------------------------------------------------------------ read

  private Answer markRead(Call call) {
    Caller caller = call.caller();
    String id = call.id();
    int read = 0;
    if (id != null) {
      read = notices.read(caller, id) ? 1 : 0;
    } else {
      String patient = new Given(call).patient();
      String about = call.text("about");
      if (about != null
          && !about.matches(
              "(DiagnosticReport|Composition|DocumentReference)/[A-Za-z0-9.-]{1,64}")) {
        throw Given.wrong("about");
      }
      read = notices.readAll(caller, patient, about);
    }
    ObjectNode answer = Words.parameters();
    Words.of(answer).number("read", read);
    return Words.answer(answer);
  }

  // ------------------------------------------------------------------ bill

  private Answer dailyBill(Call call) {
    LocalDate asked = date(call);
    Bills.Stay stay = bills.of(call.caller(), Objects.requireNonNull(call.id()));
    JsonNode encounter = stay.encounter();
    Bill bill = stay.bill();
    ObjectNode answer = Words.parameters();
    Words words = Words.of(answer);
    var list = (ArrayNode) answer.path("parameter");
    words.reference("encounter", "Encounter/" + call.id(), null);
    words.reference("patient", encounter.path("subject").path("reference").asString(""), null);
    words.reference(
        "institution",
        encounter.path("serviceProvider").path("reference").asString(""),
        encounter.path("serviceProvider").path("display").asString(""));
    words.code("status", encounter.path("status").asString(""));
    dateTime(list, "admitted", encounter.path("period").path("start").asString(""));
    dateTime(list, "discharged", encounter.path("period").path("end").asString(""));
    if (asked != null) {
      value(list, "date").put("valueDate", asked.toString());
    }
    for (Bill.Day day : bill.days()) {
      if (asked == null || !day.date().isAfter(asked)) {
        ArrayNode parts = value(list, "day").putArray("part");
        value(parts, "date").put("valueDate", day.date().toString());
        said(parts, day.lines(), day.fen(), day.totalFen());
        if (day.date().equals(asked)) {
          lines(parts, day.lines());
        }
      }
    }
    if (asked == null && !bill.undated().isEmpty()) {
      ArrayNode parts = value(list, "undated").putArray("part");
      said(parts, bill.undated(), Bill.sum(bill.undated()), null);
      lines(parts, bill.undated());
    }
    long total = bill.total(asked);
    money(list, "total", total);
    List<Bill.Deposit> deposits = stay.deposits();
    if (deposits != null) {
      long paid = 0;
      for (Bill.Deposit deposit : deposits) {
        LocalDate day = deposit.day();
        if (asked == null || day == null || !day.isAfter(asked)) {
          paid = Math.addExact(paid, deposit.fen());
        }
      }
      money(list, "deposit", paid);
      money(list, "balance", Math.subtractExact(paid, total));
    }
    return Words.answer(answer);
  }

  private static @Nullable LocalDate date(Call call) {
    String text = call.text("date");
    try {
      return text == null ? null : LocalDate.parse(text);
    } catch (DateTimeException e) {
      throw Given.wrong("date");
    }
  }

  private static void said(ArrayNode parts, List<Charge> lines, long fen, @Nullable Long total) {
    money(parts, "sum", fen);
    if (total != null) {
      money(parts, "total", total);
    }
    value(parts, "lines").put("valueInteger", lines.size());
    long unsettled = lines.stream().filter(line -> line.standing() == Standing.UNSETTLED).count();
    if (unsettled > 0) {
      value(parts, "unsettled").put("valueInteger", (int) unsettled);
    }
  }

  private static void lines(ArrayNode parts, List<Charge> lines) {
    Bill.byCategory(lines)
        .forEach(
            (category, fen) -> {
              ArrayNode of = value(parts, "category").putArray("part");
              code(of, "code", category);
              money(of, "sum", fen);
            });
    for (Charge line : lines) {
      ArrayNode of = value(parts, "line").putArray("part");
      value(of, "item").putObject("valueReference").put("reference", "ChargeItem/" + line.id());
      code(of, "standing", line.standing().word());
      text(of, "name", line.name());
      if (!line.code().isEmpty()) {
        ObjectNode coding = value(of, "code").putObject("valueCoding");
        if (!line.system().isEmpty()) {
          coding.put("system", line.system());
        }
        coding.put("code", line.code());
      }
      dateTime(of, "time", line.at());
      decimal(of, "quantity", line.quantity());
      text(of, "unit", line.unit());
      BigDecimal price = line.unitPrice();
      if (price != null) {
        value(of, "unit-price")
            .putObject("valueMoney")
            .put("value", price.stripTrailingZeros().scale() > 2 ? price : price.setScale(2))
            .put("currency", "CNY");
      }
      Long fen = line.fen();
      if (fen != null) {
        money(of, "amount", fen);
      }
      code(of, "category", line.category());
      code(of, "insurance", line.insurance());
    }
  }

  private static ObjectNode value(ArrayNode in, String name) {
    return in.addObject().put("name", name);
  }

  private static void text(ArrayNode in, String name, String text) {
    if (!text.isEmpty()) {
      value(in, name).put("valueString", text);
    }
  }

  private static void code(ArrayNode in, String name, String code) {
    if (!code.isEmpty()) {
      value(in, name).put("valueCode", code);
    }
  }

  private static void dateTime(ArrayNode in, String name, String text) {
    if (!text.isEmpty()) {
      value(in, name).put("valueDateTime", text);
    }
  }

  private static void decimal(ArrayNode in, String name, @Nullable BigDecimal number) {
    if (number != null) {
      value(in, name).put("valueDecimal", number);
    }
  }

  private static void money(ArrayNode in, String name, long fen) {
    value(in, name)
        .putObject("valueMoney")
        .put("value", BigDecimal.valueOf(fen, 2))
        .put("currency", "CNY");
  }
}
