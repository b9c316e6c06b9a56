package health.helan.oversight.clearing;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** What does not match. The order is stored: add at the end. */
public enum Difference {
  /** 我方单边: we have it, the counterpart has not. */
  ONLY_OURS,
  /** 对方单边: the counterpart has it, we have not. */
  ONLY_THEIRS,
  /** 金额不符. */
  AMOUNT,
  /** 重复: one side has it more than once. */
  TWICE,
  /** 跨日: the other side has it on another day. */
  SHIFTED,
  /** 机构缺失: both of us have it, the institution's list has not. */
  NOT_LISTED,
  /** 机构单边: only the institution's list has it. */
  ONLY_LISTED;

  public String word() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /**
   * What the lines of one key differ by.
   *
   * @param ours how many lines we have; likewise the others
   * @param oursFen their sum
   * @param isListed whether the institution has sent its list
   * @return null when they match
   */
  static @Nullable Difference of(
      int ours,
      int theirs,
      int listed,
      long oursFen,
      long theirsFen,
      long listedFen,
      boolean isListed) {
    if (ours > 1 || theirs > 1 || listed > 1) {
      return TWICE;
    }
    if (ours == 0 && theirs == 0) {
      return ONLY_LISTED;
    }
    if (theirs == 0) {
      return ONLY_OURS;
    }
    if (ours == 0) {
      return ONLY_THEIRS;
    }
    if (oursFen != theirsFen || listed == 1 && listedFen != oursFen) {
      return AMOUNT;
    }
    return isListed && listed == 0 ? NOT_LISTED : null;
  }
}
