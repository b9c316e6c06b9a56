package health.helan.foundation.onboarding;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Where an institution stands. Codes are stored: never renumber. */
public enum State {
  /** 已申请: waits for an operator. */
  APPLIED,
  /** 测试中: its systems reach the sandbox. */
  TESTING,
  /** 已认证: every line of the check list is proved, and somebody else has looked. */
  CERTIFIED,
  /** 已上线: its systems and feeds reach the records. */
  LIVE,
  /** 已暂停: tokens are refused, messages are kept and refused; the sandbox stays open. */
  SUSPENDED,
  /** 已撤回: nothing is open any more. */
  WITHDRAWN;

  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** Null for a word that none has. */
  public static @Nullable State of(String word) {
    for (State each : values()) {
      if (each.word().equals(word)) {
        return each;
      }
    }
    return null;
  }

  /** Whether its systems reach the sandbox. */
  boolean isInSandbox() {
    return this == TESTING || this == CERTIFIED || this == LIVE || this == SUSPENDED;
  }
}
