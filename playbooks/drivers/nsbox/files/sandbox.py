"""How a box looks from inside."""
import glob
import os

LOGIN, LOGIN_ID = 'ci', '1000'


def sandbox(directory, name, variables, port):
    """The command line of bubblewrap for a box."""
    size = str(int(variables.get('disk_mib', 256)) * 2**20)
    home = '/home/' + LOGIN
    argv = ['bwrap', '--unshare-user', '--uid', LOGIN_ID, '--gid', LOGIN_ID, '--unshare-pid', '--unshare-ipc', '--unshare-uts']
    argv += ['--unshare-cgroup-try', '--hostname', name, '--as-pid-1', '--cap-drop', 'ALL', '--ro-bind', '/usr', '/usr']
    for link in ('bin', 'sbin', 'lib', 'lib64'):
        argv += ['--symlink', 'usr/' + link, '/' + link] if os.path.islink('/' + link) else ['--ro-bind-try', '/' + link, '/' + link]
    argv += ['--proc', '/proc', '--dev', '/dev']
    for path in ('/dev/shm', '/run', '/home', '/tmp', '/var'):
        argv += ['--size', size, '--tmpfs', path]
    argv += ['--chmod', '1777', '/tmp', '--dir', '/var/tmp', '--chmod', '1777', '/var/tmp', '--dir', '/var/log']
    argv += ['--dir', home + '/.ssh', '--chmod', '0700', home, '--chmod', '0700', home + '/.ssh']
    argv += ['--ro-bind', f'{directory}/keys', '/run/duffy/keys', '--ro-bind', f'{directory}/host_key', '/run/duffy/host_key']
    argv += ['--symlink', '/run/duffy/keys/authorized_keys', home + '/.ssh/authorized_keys']
    for file in etc(name):
        argv += ['--ro-bind', f'{directory}/etc/{file}', '/etc/' + file]
    for path in ('/etc/ssl', '/etc/pki', '/etc/alternatives', '/etc/resolv.conf', '/etc/ld.so.cache'):
        argv += ['--ro-bind-try', path, path]
    # A JVM of Debian has its settings there.
    for path in glob.glob('/etc/java-*'):
        argv += ['--ro-bind-try', path, path]
    # What bubblewrap itself laid out is memory without a limit, hence closed.
    argv += ['--remount-ro', '/dev', '--remount-ro', '/', '--chdir', home, '--setenv', 'HOME', home]
    # The limit is set inside, where the kernel counts the box's processes alone.
    argv += ['prlimit', '--nproc=' + str(int(variables.get('processes', 1024))), '--core=0']
    return [*argv, 'dropbear', '-F', '-s', '-m', '-r', '/run/duffy/host_key', '-p', f'127.0.0.1:{port}', '-P', '/run/dropbear.pid']


def etc(name):
    return {
        'passwd': f'root:x:0:0::/root:/usr/sbin/nologin\n{LOGIN}:x:{LOGIN_ID}:{LOGIN_ID}::/home/{LOGIN}:/bin/bash\n',
        'group': f'root:x:0:\n{LOGIN}:x:{LOGIN_ID}:\n',
        'shells': '/bin/sh\n/bin/bash\n',
        'hostname': f'{name}\n',
        'hosts': f'127.0.0.1 localhost {name}\n',
    }
