package health.helan.oversight.clearing;

import health.helan.foundation.store.Caller;
import health.helan.foundation.store.Refusal;
import health.helan.oversight.books.FinanceStaff;
import org.jspecify.annotations.Nullable;

/**
 * Who looks at which books. The clearing centre (operators) and regulators see all; finance
 * officers (财务) of an institution, and its systems, what is theirs.
 */
final class Officers {
  private final FinanceStaff staff;

  Officers(FinanceStaff staff) {
    this.staff = staff;
  }

  /**
   * @throws Refusal FORBIDDEN for anybody but the clearing centre
   */
  static void centre(Caller caller) {
    if (caller.role() != Caller.Role.OPERATOR) {
      throw new Refusal(Refusal.Kind.FORBIDDEN, "clearing.centre-only");
    }
  }

  /**
   * The institution whose books alone the caller may look at; null for those who may look at all.
   *
   * @throws Refusal FORBIDDEN for others
   */
  @Nullable String institution(Caller caller) {
    return switch (caller.role()) {
      case OPERATOR, REGULATOR -> null;
      case SYSTEM -> {
        if (caller.institution().isEmpty()) {
          throw new Refusal(Refusal.Kind.FORBIDDEN, "clearing.officers-only");
        }
        yield caller.institution();
      }
      case PRACTITIONER -> {
        if (!staff.isOfficer(caller)) {
          throw new Refusal(Refusal.Kind.FORBIDDEN, "clearing.officers-only");
        }
        yield caller.institution();
      }
      case RESIDENT -> throw new Refusal(Refusal.Kind.FORBIDDEN, "clearing.officers-only");
    };
  }
}
