import { chromium } from 'playwright-core';
import { readFileSync } from 'node:fs';
const url='http://127.0.0.1:18481', root=readFileSync('/tmp/web-data/operator-token','utf8').trim(), pass=readFileSync('/tmp/web-data/demo-password','utf8').trim(), patient=readFileSync('/tmp/web-20000.id','utf8').trim();
const browser=await chromium.launch({executablePath:'/usr/bin/chromium',args:['--no-sandbox']});
const page=await (await browser.newContext({locale:'zh-CN',viewport:{width:1440,height:900}})).newPage();
await page.goto(url+'/workbench/'); await page.getByRole('button',{name:'用账户登录'}).click(); await page.locator('#login:focus').waitFor();
await page.keyboard.type('doctor2'); await page.keyboard.press('Tab'); await page.keyboard.type(pass); await page.keyboard.press('Enter');
await page.getByRole('heading',{level:1,name:'在诊患者'}).waitFor();
const token=await page.evaluate(()=>sessionStorage.getItem('helan.token'));
const me=await (await fetch(url+'/access/me',{headers:{Authorization:'Bearer '+token}})).json();
const enc=await (await fetch(url+'/fhir/Encounter',{method:'POST',headers:{Authorization:'Bearer '+root,'Content-Type':'application/fhir+json'},body:JSON.stringify({resourceType:'Encounter',status:'in-progress',class:{system:'http://terminology.hl7.org/CodeSystem/v3-ActCode',code:'AMB'},subject:{reference:'Patient/'+patient},participant:[{individual:{reference:me.fhirUser}}],period:{start:new Date().toISOString()},serviceProvider:{reference:'Organization/'+me.institution}})})).json();
const views={};
for(let round=0;round<7;round++){
  await page.reload(); await page.getByRole('list',{name:'在诊患者'}).locator(`a[href*="${patient}"]`).first().waitFor(); await page.waitForTimeout(500);
  await page.locator(`a[href*="${patient}"]`).first().focus();
  const shown=async(name,act,ready)=>{ const t=performance.now(); await act(); await ready(); (views[name]??=[]).push(Math.round(performance.now()-t)); };
  const idle=()=>page.waitForFunction(()=>document.querySelectorAll('.ant-skeleton,main [role=status][aria-label]').length===0&&document.querySelector('[role=tabpanel] *')!==null,undefined,{polling:16});
  await shown('summary',()=>page.keyboard.press('Enter'),async()=>{await page.getByRole('heading',{name:'最近的异常结果'}).waitFor();await idle();});
  for(const [k,n] of [['t','timeline'],['r','results'],['d','documents']]) await shown(n,()=>page.keyboard.press(k),idle);
}
for(const [n,l] of Object.entries(views)){const s=[...l].sort((a,b)=>a-b);console.log(n,'median',s[3],'ms, worst',s.at(-1),'all',l.join(' '));}
await browser.close();
