package health.helan.demo.clinical;

import static health.helan.demo.fhir.Fhir.*;

import health.helan.demo.chance.Dice;
import health.helan.demo.fhir.Code;
import health.helan.demo.fhir.Systems;
import java.math.BigDecimal;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.util.List;
import tools.jackson.databind.node.DecimalNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * What a stay in hospital costs, day by day, and what was paid beforehand. Prices are made up.
 * Rolls dice of its own, so that nothing else in a life depends on whether a stay has a bill.
 */
final class Charges {
  private static final int DICE = 2206;

  /** Made-up items: name, unit, price in fen, group of the receipt, class of insurance. */
  private enum Item {
    BED("1109", "普通床位费（三人间）", "日", 4500, "bed", "A"),
    NURSING_1("1201", "一级护理", "日", 2400, "nursing", "A"),
    NURSING_2("1202", "二级护理", "日", 1500, "nursing", "A"),
    ROUND("1102", "住院诊察费", "日", 2000, "consultation", "A"),
    BLOOD("2501", "血常规", "次", 2000, "laboratory", "A"),
    LIVER("2503", "肝功能", "次", 6850, "laboratory", "A"),
    KIDNEY("2504", "肾功能", "次", 4210, "laboratory", "A"),
    CT("2103", "胸部 CT 平扫", "次", 20800, "examination", "B"),
    ECG("3107", "心电图", "次", 1850, "examination", "A"),
    PATHOLOGY("2704", "手术标本病理检查", "次", 26000, "examination", "B"),
    ANAESTHESIA("3301", "全身麻醉", "次", 78000, "operation", "B"),
    OPERATION("3310", "腹腔镜下远端胃癌根治术", "次", 468000, "operation", "B"),
    STAPLER("H101", "一次性切割吻合器", "把", 213050, "material", "C"),
    MONITOR("3102", "心电监护", "小时", 600, "treatment", "A"),
    DRESSING("1206", "换药（中）", "次", 2150, "treatment", "A"),
    INFUSION("1205", "静脉输液", "组", 620, "treatment", "A"),
    SALINE("X011", "0.9% 氯化钠注射液 500ml", "袋", 335, "western-drug", "A"),
    ANTIBIOTIC("X028", "注射用头孢呋辛钠 0.75g", "支", 418, "western-drug", "A"),
    NUTRITION("X104", "脂肪乳氨基酸葡萄糖注射液", "袋", 15867, "western-drug", "B");

    private final String code;
    private final String text;
    private final String unit;
    private final int fen;
    private final String group;
    private final String insurance;

    Item(String code, String text, String unit, int fen, String group, String insurance) {
      this.code = code;
      this.text = text;
      this.unit = unit;
      this.fen = fen;
      this.group = group;
      this.insurance = insurance;
    }
  }

  private final Chart chart;
  private final Visit stay;
  private final Dice dice;
  private final String account;

  private Charges(Chart chart, Visit stay) {
    this.chart = chart;
    this.stay = stay;
    this.dice = chart.dice().fork(DICE);
    this.account = dice.urnUuid();
  }

  /** The stay for an operation on its third day. To be called before the stay is closed. */
  static void ofOperation(Chart chart, Visit stay) {
    new Charges(chart, stay).write();
  }

  private void write() {
    deposits();
    stay.account(account);
    LocalDate first = stay.day();
    LocalDate last = stay.end().toLocalDate();
    LocalDate operation = first.plusDays(2);
    for (LocalDate day = first; day.isBefore(last); day = day.plusDays(1)) {
      boolean isCareful = !day.isBefore(operation) && day.isBefore(operation.plusDays(3));
      charge(day, 6, Item.BED, 1);
      charge(day, 6, isCareful ? Item.NURSING_1 : Item.NURSING_2, 1);
      charge(day, 8, Item.ROUND, 1);
      if (day.isBefore(operation)) {
        continue;
      }
      if (isCareful) {
        charge(day, 9, Item.MONITOR, day.equals(operation) ? 14 : 24);
        charge(day, 10, Item.NUTRITION, 1);
      }
      charge(day, 10, Item.INFUSION, 3);
      charge(day, 10, Item.SALINE, dice.between(2, 4));
      charge(day, 10, Item.ANTIBIOTIC, 4);
      if (!day.equals(operation)) {
        charge(day, 15, Item.DRESSING, 1);
      }
    }
    for (Item item : List.of(Item.BLOOD, Item.LIVER, Item.KIDNEY, Item.CT, Item.ECG)) {
      charge(first, 11, item, 1);
    }
    for (Item item : List.of(Item.ANAESTHESIA, Item.OPERATION, Item.STAPLER, Item.PATHOLOGY)) {
      charge(operation, 13, item, item == Item.STAPLER ? 2 : 1);
    }
    charge(operation.plusDays(1), 7, Item.BLOOD, 1);
    charge(operation.plusDays(4), 7, Item.BLOOD, 1);
    // A computed tomography of somebody else's, found and taken off; one dressing not needed.
    add(operation.plusDays(3), 16, Item.CT, 1, "entered-in-error");
    add(last.minusDays(1), 16, Item.DRESSING, 1, "aborted");
  }

  private void deposits() {
    ObjectNode resource = resource("Account");
    resource.set(
        "extension",
        array(deposit(stay.start(), 800_000), deposit(stay.start().plusDays(2), 600_000)));
    resource.put("status", "inactive");
    resource.put("name", "住院账户");
    resource.set("subject", array(chart.subject()));
    resource.set("servicePeriod", period(stay.start(), stay.end()));
    resource.set("owner", reference(stay.at().reference(), stay.at().name()));
    chart.add(account, resource);
  }

  private static ObjectNode deposit(LocalDateTime at, int fen) {
    ObjectNode extension = object().put("url", Systems.DEPOSIT_EXTENSION);
    ObjectNode amount = object().put("url", "amount");
    amount.set("valueMoney", money(fen));
    extension.set(
        "extension", array(amount, object().put("url", "date").put("valueDateTime", instant(at))));
    return extension;
  }

  private static ObjectNode money(int fen) {
    ObjectNode money = object();
    money.set("value", DecimalNode.valueOf(BigDecimal.valueOf(fen, 2)));
    return money.put("currency", "CNY");
  }

  private void charge(LocalDate day, int hour, Item item, int quantity) {
    add(day, hour, item, quantity, "billed");
  }

  private void add(LocalDate day, int hour, Item item, int quantity, String status) {
    ObjectNode charge = resource("ChargeItem");
    ObjectNode insurance = object().put("url", Systems.INSURANCE_CLASS_EXTENSION);
    insurance.set("valueCoding", coding(new Code(Systems.INSURANCE_CLASS, item.insurance, null)));
    ObjectNode price = object().put("url", Systems.UNIT_PRICE_EXTENSION);
    price.set("valueMoney", money(item.fen));
    charge.set("extension", array(insurance, price));
    charge.put("status", status);
    charge.set(
        "code",
        concept(
            item.text,
            new Code(Systems.CHARGE, item.code, null),
            new Code(Systems.CHARGE_CATEGORY, item.group, null)));
    charge.set("subject", chart.subject());
    charge.set("context", stay.encounter());
    LocalDateTime at = day.atTime(hour, 0);
    charge.put("occurrenceDateTime", instant(at.isBefore(stay.start()) ? stay.start() : at));
    charge.set("performingOrganization", reference(stay.at().reference(), stay.at().name()));
    charge.set("quantity", object().put("value", quantity).put("unit", item.unit));
    charge.set("priceOverride", money(item.fen * quantity));
    charge.set("account", array(reference(account)));
    chart.add(dice.urnUuid(), charge);
  }
}
