package health.helan.pharmacy.review.rules;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * The 28 codes by which prescriptions are commented on (处方点评): 1-… not written as they should be
 * (不规范), 2-… unsuitable drugs (用药不适宜), 3-… beyond the usual (超常). Read in a hospital system's table
 * of comment items; that they are those of the national rules on commenting of 2010 is general
 * knowledge. The words are ours, shortened.
 */
public final class CommentCode {
  private static final Map<String, String> TITLES = new LinkedHashMap<>();

  static {
    TITLES.put("1-1", "处方内容缺项或书写不规范");
    TITLES.put("1-2", "医师签名、签章不规范");
    TITLES.put("1-3", "药师未作适宜性审核");
    TITLES.put("1-4", "新生儿、婴幼儿未写明日、月龄");
    TITLES.put("1-5", "西药、中成药、中药饮片未分别开方");
    TITLES.put("1-6", "未使用药品规范名称");
    TITLES.put("1-7", "剂量、规格、数量、单位不规范或不清楚");
    TITLES.put("1-8", "用法用量含糊");
    TITLES.put("1-9", "修改或超剂量未注明原因并再次签名");
    TITLES.put("1-10", "未写临床诊断或书写不全");
    TITLES.put("1-11", "门急诊单张处方超过五种药品");
    TITLES.put("1-12", "超过 7 日（急诊 3 日）用量未注明理由");
    TITLES.put("1-13", "特殊管理药品未执行国家规定");
    TITLES.put("1-14", "未按抗菌药物管理规定开具");
    TITLES.put("1-15", "饮片未按君臣佐使排列或未标注特殊要求");
    TITLES.put("2-1", "适应证不适宜");
    TITLES.put("2-2", "遴选的药品不适宜");
    TITLES.put("2-3", "剂型或给药途径不适宜");
    TITLES.put("2-4", "无正当理由不首选国家基本药物");
    TITLES.put("2-5", "用法、用量不适宜");
    TITLES.put("2-6", "联合用药不适宜");
    TITLES.put("2-7", "重复给药");
    TITLES.put("2-8", "配伍禁忌或不良相互作用");
    TITLES.put("2-9", "其他用药不适宜");
    TITLES.put("3-1", "无适应证用药");
    TITLES.put("3-2", "无正当理由开具高价药");
    TITLES.put("3-3", "无正当理由超说明书用药");
    TITLES.put("3-4", "无正当理由同时开具 2 种以上药理作用相同药物");
  }

  private CommentCode() {}

  public static final String SYSTEM = "https://helan.health/fhir/CodeSystem/prescription-comment";

  public static Set<String> all() {
    return java.util.Collections.unmodifiableSet(TITLES.keySet());
  }

  /** Its words in Chinese, shortened; empty for a code that there is not. */
  public static String title(String code) {
    return TITLES.getOrDefault(code, "");
  }
}
