package health.helan.pharmacy.review;

import health.helan.pharmacy.knowledge.Term;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Why a doctor insists on what was found against. Ours; words of the doctor go with it. */
enum OverrideReason {
  BENEFIT_OUTWEIGHS("获益大于风险", "the benefit outweighs the risk"),
  TOLERATED_BEFORE("既往使用耐受良好", "tolerated before"),
  MONITORED("已安排监测", "monitoring is arranged"),
  SPECIALIST_ADVICE("专科会诊意见", "advice of a specialist"),
  RECORD_WRONG("档案信息有误或已过时", "what the record says is wrong or old"),
  OTHER("其他（须说明）", "other, as said");

  private final Term title;

  OverrideReason(String zh, String en) {
    title = new Term(zh, en);
  }

  Term title() {
    return title;
  }

  String code() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  static @Nullable OverrideReason of(String code) {
    for (OverrideReason each : values()) {
      if (each.code().equals(code)) {
        return each;
      }
    }
    return null;
  }
}
