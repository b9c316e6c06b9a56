package health.helan.oversight.settlement.rules;

import health.helan.oversight.settlement.rules.Share.Reckoning;
import health.helan.oversight.settlement.rules.Share.Reckoning.What;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * A bill, shared. The shares and the resident's own money are the bill, to the fen: each product of
 * an amount and a ratio is rounded half up, and the resident pays what is left.
 *
 * @param eligible what of the bill the catalogue covers, fen
 * @param shares of those who pay anything, in the order in which they were reckoned
 * @param own the resident's own money
 * @param added to the year's totals by this bill
 */
public record Split(
    long bill, long eligible, List<Share> shares, long own, Map<String, Long> added) {

  public Split {
    shares = List.copyOf(shares);
    added = Map.copyOf(added);
  }

  public static Split of(RuleSet rules, Facts facts) {
    long bill = facts.bill();
    long eligible = facts.items().stream().mapToLong(item -> item.fen() - item.ownFirst()).sum();
    long paid = 0;
    List<Share> shares = new ArrayList<>();
    Map<String, Long> added = new TreeMap<>();
    Set<PayerKind> done = EnumSet.noneOf(PayerKind.class);
    for (Rule rule : rules.rules()) {
      if (done.contains(rule.payer()) || !rule.concerns(facts)) {
        continue;
      }
      done.add(rule.payer());
      long base = Math.max(0, (rule.base() == Rule.Base.OWN ? bill : eligible) - paid);
      Share share = share(rule, facts, base, bill, added);
      if (share.fen() > 0) {
        shares.add(share);
        paid += share.fen();
      }
    }
    return new Split(bill, eligible, shares, bill - paid, added);
  }

  private static Share share(
      Rule rule, Facts facts, long base, long bill, Map<String, Long> added) {
    List<Reckoning> how = new ArrayList<>();
    how.add(new Reckoning(What.BASE, base, 0, base));
    long left = base;
    if (rule.ownAtMostPercent() != null) {
      long limit = RuleSet.percent(bill, rule.ownAtMostPercent());
      how.add(new Reckoning(What.OWN_LIMIT, bill, rule.ownAtMostPercent(), limit));
      left = Math.max(0, left - limit);
    }
    long deductible = rule.deductible().getOrDefault(facts.level(), 0L);
    if (deductible > 0) {
      String account = rule.account() + ".deductible";
      long open =
          rule.isDeductibleOfTheYear()
              ? Math.max(0, deductible - total(facts, added, account))
              : deductible;
      long taken = Math.min(left, open);
      if (open > 0) {
        how.add(new Reckoning(What.DEDUCTIBLE, open, 0, taken));
      }
      if (rule.isDeductibleOfTheYear()) {
        add(added, account, taken);
      }
      left -= taken;
    }
    long fen = bands(rule, facts, left, how, added);
    if (rule.ceiling() != null) {
      String account = rule.account() + ".paid";
      long open = Math.max(0, rule.ceiling() - total(facts, added, account));
      if (fen > open) {
        how.add(new Reckoning(What.CEILING, open, 0, fen - open));
        fen = open;
      }
      add(added, account, fen);
    }
    return new Share(rule.payer(), rule.id(), fen, how);
  }

  /** Bands go on where the year's earlier bills ended. */
  private static long bands(
      Rule rule, Facts facts, long amount, List<Reckoning> how, Map<String, Long> added) {
    String account = rule.account() + ".band";
    long position = rule.bands().size() > 1 ? total(facts, added, account) : 0;
    if (rule.bands().size() > 1) {
      add(added, account, amount);
    }
    int points = facts.marks().stream().mapToInt(mark -> rule.points().getOrDefault(mark, 0)).sum();
    long fen = 0;
    long left = amount;
    for (Rule.Band band : rule.bands()) {
      long part = Math.min(left, Math.max(0, band.upTo() - position));
      if (part > 0) {
        int percent = Math.clamp(band.percent().getOrDefault(facts.level(), 0) + points, 0, 100);
        long paid = RuleSet.percent(part, percent);
        how.add(new Reckoning(What.BAND, part, percent, paid));
        fen += paid;
        left -= part;
        position += part;
      }
    }
    return fen;
  }

  private static long total(Facts facts, Map<String, Long> added, String account) {
    return facts.totals().getOrDefault(account, 0L) + added.getOrDefault(account, 0L);
  }

  private static void add(Map<String, Long> added, String account, long fen) {
    if (fen != 0) {
      added.merge(account, fen, Long::sum);
    }
  }
}
