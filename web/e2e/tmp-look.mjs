import { chromium } from 'playwright-core';
import { readFileSync } from 'node:fs';
const url='http://127.0.0.1:18088', pw=readFileSync('/tmp/card-data/demo-password','utf8').trim();
const b=await chromium.launch({executablePath:'/usr/bin/chromium',args:['--no-sandbox']});
const c=await b.newContext({locale:'zh-CN',viewport:{width:375,height:812}});
const p=await c.newPage(); p.on('console',m=>m.type()==='error'&&console.log('ERR',m.text())); p.on('pageerror',e=>console.log('PE',e));
await p.goto(url+'/resident/'); await p.getByRole('button',{name:'登录'}).click();
await p.locator('#login').waitFor(); await p.fill('#login','649102199405180000'); await p.keyboard.press('Tab'); await p.keyboard.type(pw); await p.keyboard.press('Enter');
await p.getByRole('navigation',{name:'主导航'}).waitFor();
await p.waitForTimeout(1500);
const shot=async(n,w,full=true)=>{await p.setViewportSize({width:w,height:w<400?812:900}); await p.waitForTimeout(400); await p.screenshot({path:`/tmp/shots/${n}-${w}.png`,fullPage:full}); const o=await p.evaluate(()=>document.documentElement.scrollWidth-document.documentElement.clientWidth); if(o>0)console.log('OVERFLOW',n,w,o)};
for (const w of [320,375,1440]) await shot('home',w);
for (const [n,r] of [['card','/card'],['uses','/card/uses'],['lost','/card/lost'],['apply','/card/apply/who'],['terms','/card/apply/terms']]) { await p.goto(url+'/resident/#'+r); await p.waitForTimeout(1500); for (const w of [320,375,1440]) await shot(n,w); }
await p.goto(url+'/resident/#/mine'); await p.waitForTimeout(800); await p.getByLabel(/长辈模式/).click(); await p.goto(url+'/resident/#/card'); await p.waitForTimeout(1500); await shot('elder-card',375); await shot('elder-card',320); await p.goto(url+'/resident/#/'); await p.waitForTimeout(1500); await shot('elder-home',375);
await p.goto(url+'/resident/#/card'); await p.waitForTimeout(1500); await c.setOffline(true); await p.waitForTimeout(200); await shot('offline',375);
await b.close();
