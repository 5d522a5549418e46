"""Tells Duffy how a run goes: one JSON object a line on the file descriptor named by DUFFY_EVENTS."""
from __future__ import annotations

import json
import os

from ansible.parsing.ajson import AnsibleJSONEncoder
from ansible.plugins.callback import CallbackBase

DOCUMENTATION = '''
name: duffy_events
type: notification
short_description: the events of a run as lines of JSON
description: Writes tasks, results, the run's `duffy_out` and the final counts for Duffy to read.
'''

# Generous: Duffy hides secrets before it cuts messages to length.
MESSAGE_CHARACTERS = 20_000
REPORT_CHARACTERS = 200_000


class CallbackModule(CallbackBase):
    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = 'notification'
    CALLBACK_NAME = 'duffy_events'
    CALLBACK_NEEDS_ENABLED = True

    def __init__(self):
        super().__init__()
        number = os.environ.get('DUFFY_EVENTS', '')
        self.disabled = not number
        if number:
            # What the playbook starts, an SSH master say, must not keep Duffy waiting for the end of the events.
            os.set_inheritable(int(number), False)
            self.file = os.fdopen(int(number), 'w', encoding='utf-8', errors='replace', closefd=False)

    def v2_playbook_on_task_start(self, task, is_conditional):
        self.tell('task', task=task.get_name())

    def v2_playbook_on_handler_task_start(self, task):
        self.tell('task', task=task.get_name())

    def v2_runner_on_ok(self, result):
        self.result('ok', result)
        report = (result._result.get('ansible_facts') or {}).get('duffy_out')
        if report is not None and result._task.action in ('set_fact', 'ansible.builtin.set_fact'):
            # Unwrapped: a report is data to Duffy, which never evaluates a string.
            text = json.dumps(report, cls=AnsibleJSONEncoder, preprocess_unsafe=False)
            if len(text) > REPORT_CHARACTERS:
                return self.tell('output', error=f'duffy_out is longer than {REPORT_CHARACTERS} characters')
            self.tell('output', report=json.loads(text))

    def v2_runner_on_failed(self, result, ignore_errors=False):
        self.result('ignored' if ignore_errors else 'failed', result)

    def v2_runner_on_unreachable(self, result):
        self.result('unreachable', result)

    def v2_runner_on_skipped(self, result):
        self.result('skipped', result)

    def v2_runner_retry(self, result):
        self.result('retry', result)

    def v2_playbook_on_stats(self, stats):
        self.tell('stats')

    def result(self, status, result):
        message, said = ('', '') if status in ('ok', 'skipped') else describe(result)
        host, task = result._host.get_name(), result._task.get_name()
        self.tell('result', status=status, host=host, task=task, changed=result.is_changed(), message=message, said=said)

    def tell(self, event, **fields):
        try:
            self.file.write(json.dumps({'event': event, **fields}) + '\n')
            self.file.flush()
        except OSError:
            pass  # Duffy is gone; half-done work would be worse than unheard work


def describe(result):
    """What a person needs of a failure: what the module says, and what the program said last."""
    if result._task.no_log or result._result.get('_ansible_no_log'):
        return 'its output is not shown (no_log)', ''
    message, *said = (str(result._result.get(name) or '').strip() for name in ('msg', 'module_stderr', 'stderr', 'stdout'))
    return message[:MESSAGE_CHARACTERS], next(filter(None, said), '')[-MESSAGE_CHARACTERS:]
