package health.helan.oversight.supervision;

import static health.helan.oversight.supervision.ComplaintState.ACCEPTED;
import static health.helan.oversight.supervision.ComplaintState.ANSWERED;
import static health.helan.oversight.supervision.ComplaintState.DISMISSED;
import static health.helan.oversight.supervision.ComplaintState.ESCALATED;
import static health.helan.oversight.supervision.ComplaintState.NONE;
import static health.helan.oversight.supervision.ComplaintState.OPEN;
import static health.helan.oversight.supervision.ComplaintState.UPHELD;
import static health.helan.oversight.supervision.ComplaintState.WITHDRAWN;

import health.helan.foundation.store.Refusal;
import health.helan.oversight.supervision.CaseStep.Party;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What can happen to a complaint (投诉): from which states, to which, and by whom. Each step is one
 * version of the Task, one Provenance.
 */
public enum ComplaintStep {
  /** 投诉: of a visit on line, a prescription, a parcel or a bill of one's own. */
  COMPLAIN(Set.of(NONE), OPEN, Set.of(Party.RESIDENT)),
  /** 答复. */
  ANSWER(
      Set.of(OPEN),
      ANSWERED,
      Set.of(Party.INSTITUTION),
      "您的投诉有了答复，请查看；不认可的，可在期限内提出。\n"
          + "Your complaint was answered: please read it, and object in time if it will not do."),
  /** 认可: by the resident, or by the clock when nothing more is said. */
  ACCEPT(
      Set.of(ANSWERED),
      ACCEPTED,
      Set.of(Party.RESIDENT, Party.PLATFORM),
      "您没有在期限内提出异议，投诉已结案。\n" + "Your complaint is closed: no objection was raised in time."),
  /** 不认可: the answer will not do; the regulator decides. */
  OBJECT(Set.of(ANSWERED), ESCALATED, Set.of(Party.RESIDENT)),
  /** 升级: by the clock, when the institution has not answered in time. */
  ESCALATE(
      Set.of(OPEN),
      ESCALATED,
      Set.of(Party.PLATFORM),
      "机构没有按时答复您的投诉，已转交监管部门。\n"
          + "Your complaint was not answered in time and went to the regulator."),
  /** 退回: the institution has to answer, or to answer better, by a new deadline. */
  SEND_BACK(
      Set.of(ESCALATED),
      OPEN,
      Set.of(Party.REGULATOR),
      "监管部门要求机构重新答复您的投诉。\n"
          + "The regulator has asked the institution to answer your complaint again."),
  /** 成立. */
  UPHOLD(
      Set.of(ESCALATED),
      UPHELD,
      Set.of(Party.REGULATOR),
      "监管部门认定您的投诉成立。\n" + "The regulator found your complaint justified."),
  /** 不成立. */
  DISMISS(
      Set.of(ESCALATED),
      DISMISSED,
      Set.of(Party.REGULATOR),
      "监管部门认定您的投诉不成立，理由请查看。\n"
          + "The regulator found your complaint not justified: please read why."),
  /** 撤回. */
  WITHDRAW(Set.of(OPEN, ANSWERED, ESCALATED), WITHDRAWN, Set.of(Party.RESIDENT));

  static final String SYSTEM = "https://helan.health/fhir/CodeSystem/complaint-step";

  private final Set<ComplaintState> from;
  private final ComplaintState to;
  private final Set<Party> takenBy;
  private final String told;

  /** A step that residents alone take: there is nobody to tell. */
  ComplaintStep(Set<ComplaintState> from, ComplaintState to, Set<Party> takenBy) {
    this(from, to, takenBy, "");
  }

  ComplaintStep(Set<ComplaintState> from, ComplaintState to, Set<Party> takenBy, String told) {
    this.told = told;
    this.from = from;
    this.to = to;
    this.takenBy = takenBy;
  }

  public String word() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** What the resident is told of it, in Chinese and in English, a line each. */
  String told() {
    return told;
  }

  Set<ComplaintState> from() {
    return from;
  }

  Set<Party> takenBy() {
    return takenBy;
  }

  /**
   * The state that it leads to.
   *
   * @throws Refusal FORBIDDEN for another side; BUSINESS_RULE naming the state that it does not
   *     start from
   */
  ComplaintState take(Party party, ComplaintState state) {
    if (!takenBy.contains(party)) {
      throw new Refusal(Refusal.Kind.FORBIDDEN, "complaint.not-your-step", word());
    }
    if (!from.contains(state)) {
      throw new Refusal(Refusal.Kind.BUSINESS_RULE, "complaint.illegal-step", word(), state.code());
    }
    return to;
  }

  static @Nullable ComplaintStep of(String word) {
    for (ComplaintStep each : values()) {
      if (each.word().equals(word)) {
        return each;
      }
    }
    return null;
  }
}
