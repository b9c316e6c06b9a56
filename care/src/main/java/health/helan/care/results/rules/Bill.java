package health.helan.care.results.rules;

import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * The charges of a stay, by day of Beijing.
 *
 * @param days in their order
 * @param undated charges that no day can be told of, in the order of their ids
 */
public record Bill(List<Day> days, List<Charge> undated) {
  /** What was paid beforehand (预交金): extension of an Account, with amount and date. */
  public static final String DEPOSIT =
      "https://helan.health/fhir/StructureDefinition/account-deposit";

  /**
   * A day.
   *
   * @param fen its charges
   * @param totalFen these and those of all days before
   * @param lines in the order of their times
   */
  public record Day(LocalDate date, long fen, long totalFen, List<Charge> lines) {}

  /** A deposit. */
  public record Deposit(@Nullable LocalDate day, long fen) {}

  public static Bill of(Collection<Charge> charges) {
    var byDay = new TreeMap<LocalDate, List<Charge>>();
    List<Charge> undated = new ArrayList<>();
    charges.stream()
        .sorted(Comparator.comparing(Charge::at).thenComparing(Charge::id))
        .forEach(
            charge -> {
              LocalDate day = charge.day();
              (day == null ? undated : byDay.computeIfAbsent(day, _ -> new ArrayList<>()))
                  .add(charge);
            });
    List<Day> days = new ArrayList<>();
    long total = 0;
    for (var day : byDay.entrySet()) {
      long fen = sum(day.getValue());
      total = Math.addExact(total, fen);
      days.add(new Day(day.getKey(), fen, total, List.copyOf(day.getValue())));
    }
    return new Bill(List.copyOf(days), List.copyOf(undated));
  }

  /** In fen, of what counts. */
  public static long sum(Collection<Charge> charges) {
    long sum = 0;
    for (Charge charge : charges) {
      sum = Math.addExact(sum, charge.counts());
    }
    return sum;
  }

  /** Sums in fen by category, in the order of their codes; without one under the empty text. */
  public static Map<String, Long> byCategory(Collection<Charge> charges) {
    Map<String, Long> sums = new TreeMap<>();
    for (Charge charge : charges) {
      if (charge.standing() == Standing.COUNTED) {
        sums.merge(charge.category(), charge.counts(), Math::addExact);
      }
    }
    return sums;
  }

  /**
   * Charges in fen until the end of a day, those without a day left out; null for all there are.
   */
  public long total(@Nullable LocalDate until) {
    if (until == null) {
      return Math.addExact(days.isEmpty() ? 0 : days.getLast().totalFen(), sum(undated));
    }
    long total = 0;
    for (Day day : days) {
      if (!day.date().isAfter(until)) {
        total = day.totalFen();
      }
    }
    return total;
  }

  public @Nullable Day day(LocalDate date) {
    return days.stream().filter(day -> day.date().equals(date)).findFirst().orElse(null);
  }

  /** What an Account says was paid beforehand; what is taken back is negative. */
  public static List<Deposit> deposits(JsonNode account) {
    List<Deposit> deposits = new ArrayList<>();
    for (JsonNode extension : account.path("extension")) {
      if (!extension.path("url").asString("").equals(DEPOSIT)) {
        continue;
      }
      Long fen = null;
      LocalDate day = null;
      for (JsonNode part : extension.path("extension")) {
        switch (part.path("url").asString("")) {
          case "amount" -> fen = Charge.fen(part.path("valueMoney"));
          case "date" -> day = Charge.day(part.path("valueDateTime").asString(""));
          default -> {
            // How it was paid: not ours to say.
          }
        }
      }
      if (fen != null) {
        deposits.add(new Deposit(day, fen));
      }
    }
    return deposits;
  }
}
