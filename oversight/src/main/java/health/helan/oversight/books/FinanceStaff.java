package health.helan.oversight.books;

import health.helan.foundation.store.Caller;
import health.helan.foundation.store.Refusal;
import health.helan.foundation.trust.account.Posts;

/**
 * Who of an institution's staff deals with money: practitioners who hold a post for it there
 * ({@link Posts}), of {@link Posts#SYSTEM}. A doctor or a nurse of the institution does not; its
 * systems do, and settle among themselves who works them.
 */
public final class FinanceStaff {
  /** 收费员: settles bills of the institution. */
  public static final String CASHIER = "cashier";

  /** 财务: all that a cashier does, and looks at the institution's books. */
  public static final String OFFICER = "finance-officer";

  /** 医保经办: looks at what the institution was asked to pay. */
  public static final String INSURANCE = "insurance-officer";

  private final Posts posts;

  public FinanceStaff(Posts posts) {
    this.posts = posts;
  }

  /** Whether a practitioner is a finance officer of the institution that it acts for. */
  public boolean isOfficer(Caller caller) {
    return posts.holds(caller, Posts.SYSTEM, OFFICER);
  }

  /** Whether the caller may deal with the institution's bills: of its staff, who has a post. */
  public boolean isCashier(Caller caller) {
    return has(caller, CASHIER);
  }

  /**
   * @throws Refusal FORBIDDEN for staff who neither pay for insurance nor are finance officers
   */
  public void checkInsurance(Caller caller) {
    check(caller, INSURANCE, "settlement.insurance-only");
  }

  /**
   * @throws Refusal FORBIDDEN for staff who are no finance officers
   */
  public void checkOfficer(Caller caller) {
    check(caller, OFFICER, "ledger.officers-only");
  }

  private void check(Caller caller, String post, String otherwise) {
    if (!has(caller, post)) {
      throw new Refusal(Refusal.Kind.FORBIDDEN, otherwise);
    }
  }

  private boolean has(Caller caller, String post) {
    return caller.isRoot()
        || caller.role() != Caller.Role.PRACTITIONER
        || posts.holds(caller, Posts.SYSTEM, post)
        || isOfficer(caller);
  }
}
