"""One box: what each step does to it."""
import contextlib
import json
import os
import pwd
import random
import re
import signal
import subprocess
import sys

from gather import Gather
from sandbox import LOGIN, etc, sandbox
from system import PATH, banner, bindable, carrying, discard, family, listens, run, ticks, until

PORTS = range(20000, 32000)  # below what the kernel gives to outgoing connections
STOPPING = 2  # seconds until a box that does not stand still is read as it is
KEY = re.compile('(?:ssh-|ecdsa-|sk-)[a-z0-9@.-]+ [A-Za-z0-9+/]+=*(?: [^\n\r]*)?')

# Opened while we are still who we were: the user that boxes belong to may not be let into the folder that Duffy is in.
LOAD = open(os.path.join(os.path.dirname(os.path.abspath(__file__)), 'load.py'))


def named():
    """Whether ssh runs for whom we are: it does not for a user without a name."""
    try:
        return bool(pwd.getpwuid(os.getuid()))
    except KeyError:
        return False


class Trouble(Exception):
    """A sentence for the operator."""


class Box:
    def __init__(self, directory, order):
        self.directory = directory
        self.order = order
        self.name = order['machine']['name']
        self.variables = order['machine']['variables']
        # In the environment of the box's outermost and first inner process, whoever started them and however far they came.
        self.mark = f'DUFFY_BOX={directory}'.encode()

    def path(self, *names):
        return os.path.join(self.directory, *names)

    def do(self, step):
        """Each step may find the box in any state, also one that a killed step left behind."""
        return {
            'provision': self.provision,
            'check': self.check,
            'grant': self.grant,
            'revoke': self.revoke,
            'recycle': self.recycle,
            'rebuild': self.recycle,
            'shutdown': self.shutdown,
            'burnin': self.burnin,
            # Parts of a grant, for whoever has something to do in the box meanwhile.
            'open': self.open,
            'close': self.close,
        }[step]()

    def provision(self):
        return self.report() if self.alive() else self.recycle()

    def check(self):
        if not self.alive():
            raise Trouble(f'{self.name} is not running')
        return self.report()

    def grant(self):
        lease = self.order['lease']
        keys = [key for key in lease['keys'] if KEY.fullmatch(key)] if lease else []
        if not keys:
            raise Trouble('there is no usable SSH key to let in')
        if not self.alive():
            raise Trouble(f'{self.name} is not running')
        self.write('keys/authorized_keys', self.authorized())
        self.try_login(keys)
        return self.report()

    def open(self):
        """Lets a key of ours in, beside the tenant's, and tells how to log in with it."""
        if not named():
            raise Trouble('ssh does not run for a user without a name')
        self.close()
        key = self.path('agent_key')
        run(['ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-C', '', '-f', key])
        with open(key + '.pub') as public:
            self.write('keys/authorized_keys', self.authorized() + public.read())
        self.ssh()
        return {'key': key, 'knownHosts': self.path('known_hosts'), 'port': self.state()['port'], 'user': LOGIN}

    def close(self):
        self.write('keys/authorized_keys', self.authorized())
        discard(self.path('agent_key'))
        discard(self.path('agent_key.pub'))
        return {}

    def authorized(self):
        lease = self.order['lease']
        keys = [key for key in lease['keys'] if KEY.fullmatch(key)] if lease else []
        return ''.join(' '.join(key.split()[:2]) + '\n' for key in keys)

    def revoke(self):
        self.kill()
        return {'power': 'off'}

    def collect(self, out):
        """Sends what is asked for, once nothing in the box can change it any more. What comes after this kills the box."""
        state = self.state()
        if not state or ticks(state['pid']) != state['ticks']:
            raise Trouble(f'{self.name} is not running')
        self.stop(state['pid'])
        root = os.open(f'/proc/{state["pid"]}/root', os.O_RDONLY | os.O_DIRECTORY)
        Gather(root, self.order['artifacts'], out).all()

    def stop(self, first):
        """Whoever makes processes faster than they can be stopped is read while they run, which does no harm but to what they get."""
        for _ in until(STOPPING):
            moving = [pid for pid, state in family(first).items() if state not in b'tTZX']
            for pid in moving:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGSTOP)
            if not moving:
                return

    def recycle(self):
        self.kill()
        discard(self.directory)
        os.mkdir(self.directory, 0o700)
        self.start()
        return {**self.report(), 'wipe': {'method': 'tmpfs dropped with its namespace', 'ok': True}}

    def shutdown(self):
        self.kill()
        discard(self.directory)
        return {'power': 'off'}

    def burnin(self):
        """Logs in as a tenant would, with a key that is gone afterwards, and works the box from inside."""
        if not self.alive():
            raise Trouble(f'{self.name} is not running')
        if not named():
            return self.reporting({'skipped': 'ssh does not run for a user without a name'})
        seconds = int(self.variables.get('burnin_seconds', 6))
        # Half of what the limits leave: the file is the host's memory too.
        amounts = (seconds, 64, max(1, min(64, int(self.variables.get('disk_mib', 256)) // 2)))
        key = self.path('burnin_key')
        try:
            discard(key)
            discard(key + '.pub')
            run(['ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-C', '', '-f', key])
            with open(key + '.pub') as public:
                self.write('keys/authorized_keys', public.read())
            worked = run([*self.ssh(), '-i', key, '127.0.0.1', 'python3', '-I', '-', *map(str, amounts), '/tmp'], LOAD)
        finally:
            self.write('keys/authorized_keys', '')
            discard(key)
            discard(key + '.pub')
        if worked.returncode:
            raise Trouble(f'{self.name} did not bear the load: {worked.stderr.strip()[-500:] or worked.returncode}')
        done = json.loads(worked.stdout)
        if done['mismatches']:
            raise Trouble(f'{self.name} computes or keeps data wrongly: {worked.stdout.strip()}')
        return self.reporting(done)

    def reporting(self, burnin):
        report = self.report()
        return {**report, 'facts': {**report['facts'], 'burnin': burnin}}

    def start(self):
        for name in ('etc', 'keys'):
            os.mkdir(self.path(name), 0o755)
        for name, text in etc(self.name).items():
            self.write('etc/' + name, text)
        self.write('keys/authorized_keys', '')
        made = run(['dropbearkey', '-t', 'ed25519', '-f', self.path('host_key')])
        key = re.search('^ssh-ed25519 [A-Za-z0-9+/=]+', made.stdout, re.MULTILINE)
        if made.returncode or not key:
            raise Trouble(f'no host key: {made.stderr}')
        wanted = self.variables.get('port')
        for port in [int(wanted)] if wanted else random.sample(PORTS, 20):
            if not bindable(port):
                continue
            pid = self.launch(port)
            if pid:
                state = {'pid': pid, 'ticks': ticks(pid), 'port': port, 'host_key': key[0]}
                return self.write('box.json', json.dumps(state))
        log = open(self.path('start.log'), errors='replace').read(2000) if os.path.exists(self.path('start.log')) else ''
        raise Trouble(f'{self.name} did not start' + (f' on port {wanted}; is it taken?' if wanted else '') + (log and ': ' + log))

    def launch(self, port):
        """Starts the box on a port; returns its first process, or None where another took the port first."""
        with open(self.path('start.log'), 'w') as log:
            # Its own session, and nothing inherited but null and the log: killing the playbook leaves it alone, and it holds no pipe.
            outer = subprocess.Popen(
                sandbox(self.directory, self.name, self.variables, port),
                start_new_session=True,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env={'PATH': PATH, **dict([self.mark.decode().split('=', 1)])},
            )
        for _ in until():
            for pid in carrying(self.mark):
                # A rival's banner on this port proves nothing: the listening socket must be the box's own.
                if pid != outer.pid and listens(pid, port) and banner(port):
                    return pid
            if outer.poll() is not None:
                return None
        self.kill()
        return None

    def alive(self):
        state = self.state()
        return bool(state) and ticks(state['pid']) == state['ticks'] and listens(state['pid'], state['port']) and banner(state['port'])

    def state(self):
        try:
            with open(self.path('box.json')) as file:
                state = json.load(file)
        except (OSError, ValueError):
            return None
        return state if isinstance(state, dict) and state.keys() >= {'pid', 'ticks', 'port', 'host_key'} else None

    def report(self):
        state = self.state()
        with open('/proc/meminfo') as file:
            memory = int(file.readline().split()[1]) // 1024
        return {
            'address': '127.0.0.1',
            'port': state['port'],
            'user': LOGIN,
            'hostKeys': [state['host_key']],
            'facts': {'arch': os.uname().machine, 'cpus': len(os.sched_getaffinity(0)), 'memoryMiB': memory},
            'power': 'on',
            'data': {'pid': state['pid']},
        }

    def try_login(self, keys):
        """Asks the box, as a client would, whether it takes a key; the private half is not needed for the question."""
        if not named():
            return
        argv = [*self.ssh(), '-v']
        for number, key in enumerate(keys):
            self.write(f'key{number}.pub', key + '\n')
            argv += ['-i', self.path(f'key{number}.pub')]
        asked = run([*argv, '127.0.0.1', 'true'])
        if 'Server accepts key' not in asked.stderr:
            sys.stderr.write(asked.stderr)
            raise Trouble(f'{self.name} does not take the keys')

    def ssh(self):
        """The words of a login to the box, but for the key and what to do there."""
        state = self.state()
        self.write('known_hosts', f'[127.0.0.1]:{state["port"]} {state["host_key"]}\n')
        argv = ['ssh', '-F', 'none', '-p', str(state['port']), '-l', LOGIN]
        options = ('BatchMode=yes', 'IdentitiesOnly=yes', 'IdentityAgent=none', 'StrictHostKeyChecking=yes', 'ConnectTimeout=5')
        options += ('PreferredAuthentications=publickey', 'UserKnownHostsFile=' + self.path('known_hosts'), 'GlobalKnownHostsFile=none')
        for option in options:
            argv += ['-o', option]
        return argv

    def kill(self):
        for _ in until():
            found = carrying(self.mark)
            for pid in found:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            if not found:
                return
        raise Trouble(f'{self.name} cannot be killed')

    def write(self, name, text):
        """Atomic: a step killed half-way leaves the old file or the new one."""
        with open(self.path(name + '.new'), 'w') as file:
            file.write(text)
        os.chmod(self.path(name + '.new'), 0o644)
        os.rename(self.path(name + '.new'), self.path(name))
