package health.helan.foundation.residents.card;

import java.util.Locale;

/** Where a card stands. Codes are stored: never renumber. */
public enum State {
  /** 已申请: waits for somebody at a counter who looks at a document. */
  APPLIED,
  /** 正常: its codes are taken. */
  ACTIVE,
  /** 已挂失或暂停: none of its codes is taken, old ones neither. */
  SUSPENDED,
  /** 已注销. */
  CANCELLED,
  /** 已换卡: another card took its place, with another number. */
  REPLACED;

  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** Whether it is the one that counts for the resident. */
  boolean isLive() {
    return ordinal() < CANCELLED.ordinal();
  }
}
