package health.helan.pharmacy.review.rules;

import health.helan.pharmacy.knowledge.Knowledge;
import health.helan.pharmacy.knowledge.Term;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Judges a prescription by rules: from facts to findings, the same ones for the same facts. It
 * judges what a doctor wrote, and never writes a prescription, nor any part of one.
 */
public final class Screening {
  private Screening() {}

  /**
   * A rule in force.
   *
   * @param trial tried out: its findings are information
   */
  public record InForce(Rule rule, boolean trial) {}

  /** Findings, those that block first, then in the order of the rules. */
  public static List<Finding> screen(Facts facts, Knowledge knowledge, List<InForce> rules) {
    List<Finding> all = new ArrayList<>();
    Set<String> keys = new HashSet<>();
    for (InForce one : rules) {
      for (Firing firing : one.rule.kind().judge(one.rule, facts, knowledge)) {
        Finding finding = finding(one, firing, knowledge);
        if (keys.add(finding.key())) {
          all.add(finding);
        }
      }
    }
    all.sort(Comparator.comparing(Finding::severity)); // Stable: the order of rules stays.
    return all;
  }

  /** Whether a rule fires. */
  public static boolean fires(Rule rule, Facts facts, Knowledge knowledge) {
    return !rule.kind().judge(rule, facts, knowledge).isEmpty();
  }

  private static Finding finding(InForce one, Firing firing, Knowledge knowledge) {
    Rule rule = one.rule;
    Knowledge.Head base = knowledge.head();
    Term source =
        firing.items().isEmpty()
            ? rule.source()
            : new Term(
                rule.source().zh()
                    + "；"
                    + base.title().zh()
                    + " "
                    + base.version()
                    + "（"
                    + base.source().zh()
                    + "）",
                rule.source().en()
                    + "; "
                    + base.title().en()
                    + " "
                    + base.version()
                    + " ("
                    + base.source().en()
                    + ")");
    return new Finding(
        rule.rule() + "-" + digest(firing),
        rule.rule(),
        rule.version(),
        one.trial ? Severity.INFO : rule.severity(),
        one.trial,
        rule.code(),
        firing.items(),
        rule.title(),
        new Term(
            filled(rule.says().zh(), firing.values(), true),
            filled(rule.says().en(), firing.values(), false)),
        source);
  }

  private static String filled(String sentence, Map<String, Term> values, boolean isChinese) {
    String text = sentence;
    for (Map.Entry<String, Term> value : values.entrySet()) {
      text =
          text.replace(
              "{" + value.getKey() + "}",
              isChinese ? value.getValue().zh() : value.getValue().en());
    }
    return text;
  }

  /** What a finding is about may be a resident's words: a key carries no more than their digest. */
  private static String digest(Firing firing) {
    try {
      byte[] hash =
          MessageDigest.getInstance("SHA-256")
              .digest(
                  (String.join("|", firing.items().stream().sorted().toList())
                          + "||"
                          + firing.about())
                      .getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(hash, 0, 8);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
