#!/usr/bin/perl
# An agent in one page of Perl and its core modules: what the agent protocol takes, without any Python.
# Its implementation is Perl's own socket and pipe functions, never blocking, with select() to wait.
use strict;
use warnings;
use Digest::SHA qw(sha256);
use Errno;
use Fcntl qw(F_GETFL F_SETFL O_NONBLOCK);
use JSON::PP;
use MIME::Base64;
use POSIX ();
use Socket;
use Time::HiRes qw(sleep time);

my %KIND = (
    ENOENT => 'not_found', ECONNREFUSED => 'refused', EADDRINUSE => 'in_use', EEXIST => 'already_exists',
    EACCES => 'permission_denied', EPERM => 'permission_denied', EAGAIN => 'would_block', EPIPE => 'broken_pipe',
    ECONNRESET => 'reset', ECONNABORTED => 'aborted', ENOTCONN => 'not_connected', ENAMETOOLONG => 'name_too_long',
    ENOTDIR => 'not_a_directory', EISDIR => 'is_directory', ELOOP => 'loop', EROFS => 'read_only',
    EINVAL => 'invalid_input', EBADF => 'invalid_handle', ENOTSOCK => 'wrong_type', EPROTOTYPE => 'wrong_type',
    EMFILE => 'exhausted', ENFILE => 'exhausted', ENOBUFS => 'exhausted', ENOMEM => 'exhausted', ENOSPC => 'exhausted',
);
my %SYSTEM = (darwin => 'macos');
my @CAPABILITIES = qw(local_socket local_socket.path listener.reclaim unnamed_pipe wait.try wait.deadline wait.ready);
my $LONGEST = $^O =~ /linux|android/ ? 107 : 103;    # sizeof(sun_path) less the NUL
my $json = JSON::PP->new->ascii->canonical;
my (%open, %closed);

sub refuse { my ($kind, $message, %more) = @_; die {kind => $kind, native => undef, code => undef, message => $message, %more} }

sub system_error {
    my ($name) = grep { exists $!{$_} && $!{$_} } sort keys %KIND;
    die {kind => $name ? $KIND{$name} : 'other', native => $name, code => $! + 0, message => "$!"};
}

# handles and names

sub handle { $open{$_[0] // ''} // refuse('invalid_handle', 'no open handle of that name') }

sub add {
    my ($name, $fh, %more) = @_;
    fcntl($fh, F_SETFL, fcntl($fh, F_GETFL, 0) | O_NONBLOCK) or system_error();
    delete $closed{$name};
    $open{$name} = {fh => $fh, %more};
}

sub fresh { for (@_) { refuse('invalid_input', "the handle $_ exists already") if exists $open{$_} } }

sub path_of {
    my ($name) = @_;
    refuse('unsupported', 'names are paths here') if $name->{kind} ne 'path';
    my $path = exists $name->{base64} ? decode_base64($name->{base64}) : $name->{text};
    utf8::encode($path) unless exists $name->{base64};
    refuse('invalid_name', 'the name is empty or holds a NUL byte') if $path eq '' || $path =~ /\0/;
    refuse('name_too_long', "a socket's path has at most $LONGEST bytes") if length $path > $LONGEST;
    return $path;
}

# waiting: `try` once, until a deadline, or for ever

sub insist {
    my ($args, $fh, $writing, $attempt) = @_;
    while (1) {
        my $done = $attempt->();
        return $done if defined $done;
        next if $!{EINTR} || $!{ECONNABORTED};
        system_error() if !$!{EAGAIN} || ($args->{wait} // '') eq 'try';
        my $left = defined $args->{until} ? $args->{until} - time : undef;
        refuse('timed_out', 'the deadline has passed') if defined $left && $left <= 0;
        # A full backlog gives nothing to select on (Linux).
        if (!$fh) { sleep(defined $left && $left < .01 ? $left : .01); next }
        vec(my $set = '', fileno $fh, 1) = 1;
        select($writing ? undef : $set, $writing ? $set : undef, undef, $left);
    }
}

sub take { my ($args, $limit) = @_; my $fh = handle($args->{on})->{fh};
    my $got;
    insist($args, $fh, 0, sub { sysread $fh, $got, $limit });
    return $got;
}

sub give { my ($args, $data) = @_; my $fh = handle($args->{on})->{fh}; insist($args, $fh, 1, sub { syswrite $fh, $data }) }

# data

sub payload {
    my ($data) = @_;
    return decode_base64($data->{base64}) if exists $data->{base64};
    my ($seed, $offset, $length) = ($data->{pattern}, $data->{offset} // 0, $data->{length});
    my ($first, $last) = (int($offset / 32), int(($offset + $length) / 32));
    return substr join('', map { sha256("$seed:$_") } $first .. $last), $offset % 32, $length;
}

sub report {
    my ($data, $end) = @_;
    return {length => length $data, sha256 => Digest::SHA::sha256_hex($data), end => $end ? JSON::PP::true : JSON::PP::false,
        length $data <= 256 ? (base64 => encode_base64($data, '')) : ()};
}

sub collect {
    my ($args, $length) = @_;
    my ($all, $end) = ('', 0);
    eval {
        while (!$end && (!defined $length || length $all < $length)) {
            my $got = take($args, defined $length && $length - length $all < 65536 ? $length - length $all : 65536);
            $end = $got eq '';
            $all .= $got;
        }
        refuse('end', 'the stream ended too early') if $end && defined $length;
        1;
    } or die {%{$@}, received => report($all, $end)};
    return report($all, $end);
}

# operations

my %OPERATION = (
    hello => sub {
        my ($lowest, $highest) = @{$_[0]{protocol}};
        refuse('unsupported', 'this agent speaks version 1 only') if $lowest > 1 || $highest < 1;
        my ($release, $machine) = (POSIX::uname())[2, 4];
        return {protocol => 1, concurrent => JSON::PP::false,
            implementation => {name => 'perl', version => sprintf('%vd', $^V), language => 'Perl',
                homepage => 'https://perldoc.perl.org/Socket'},
            platform => {system => $SYSTEM{$^O} // $^O, release => $release, machine => $machine, runtime => "perl $]"},
            capabilities => {map { $_ => JSON::PP::true } @CAPABILITIES}};
    },
    die => sub {
        my ($how) = $_[0]{how};
        kill 'KILL', $$ if $how eq 'kill';
        kill 'TERM', $$ if $how eq 'terminate';
        POSIX::abort() if $how eq 'abort';
        exit 0 if $how eq 'exit';
        refuse('invalid_input', "how is kill, abort, terminate or exit, not $how");
    },
    listen => sub {
        my ($args) = @_;
        for (qw(mode backlog)) { refuse('unsupported', "no $_ can be chosen here") if exists $args->{$_} }
        refuse('unsupported', 'nothing is overwritten here') if $args->{overwrite};
        fresh($args->{as});
        my $path = path_of($args->{name});
        socket(my $fh, PF_UNIX, SOCK_STREAM, 0) or system_error();
        bind($fh, pack_sockaddr_un($path)) or system_error();
        my $file = substr($path, 0, 1) eq '/' ? $path : POSIX::getcwd() . "/$path";
        my %claim = ($args->{reclaim} // 1) ? (file => $file, inode => join ':', (lstat $file)[0, 1]) : ();
        listen($fh, SOMAXCONN) or system_error();
        add($args->{as}, $fh, %claim, listener => 1);
        return {};
    },
    accept => sub {
        my ($args) = @_;
        fresh($args->{as});
        my $listener = handle($args->{on});
        refuse('wrong_type', 'only a listener can accept') if !$listener->{listener};
        my $fh;
        insist($args, $listener->{fh}, 0, sub { accept($fh, $listener->{fh}) ? 1 : undef });
        add($args->{as}, $fh);
        return {};
    },
    connect => sub {
        my ($args) = @_;
        fresh($args->{as});
        my $address = pack_sockaddr_un(path_of($args->{name}));
        socket(my $fh, PF_UNIX, SOCK_STREAM, 0) or system_error();
        add($args->{as}, $fh);
        eval { insist($args, undef, 0, sub { connect($fh, $address) ? 1 : undef }); 1 } or do {
            delete $open{$args->{as}};
            die $@;
        };
        return {};
    },
    pipe => sub {
        my ($args) = @_;
        fresh($args->{receiver}, $args->{sender});
        pipe(my $receiver, my $sender) or system_error();
        add($args->{receiver}, $receiver);
        add($args->{sender}, $sender);
        return {};
    },
    send => sub { my ($args) = @_; return {sent => give($args, payload($args->{data}))} },
    send_all => sub {
        my ($args) = @_;
        my ($data, $sent) = (payload($args->{data}), 0);
        eval { $sent += give($args, substr $data, $sent) while $sent < length $data; 1 } or die {%{$@}, sent => $sent};
        return {sent => $sent};
    },
    recv => sub { my ($args) = @_; my $got = take($args, $args->{max}); return report($got, $args->{max} && $got eq '') },
    recv_exact => sub { collect($_[0], $_[0]{length}) },
    recv_to_end => sub { collect($_[0]) },
    close => sub {
        my ($args) = @_;
        return {} if $args->{again} && $closed{$args->{on}} && !close $closed{$args->{on}}{fh};
        my $gone = $closed{$args->{on}} = handle($args->{on});
        delete $open{$args->{on}};
        unlink $gone->{file} if defined $gone->{file} && $gone->{inode} eq join ':', (lstat $gone->{file})[0, 1];
        close $gone->{fh} or system_error();
        return {};
    },
);

$SIG{PIPE} = 'IGNORE';
$| = 1;
while (defined(my $line = <STDIN>)) {
    my $request = $json->decode($line);
    my ($op, $args) = ($request->{op}, $request->{args} // {});
    if ($op eq 'bye') { $OPERATION{close}->({on => $_}) for keys %open }
    my $wait = $args->{wait};
    $args->{until} = time + $wait / 1000 if defined $wait && $wait =~ /^[0-9.]+\z/;
    my $reply = eval {
        my $operation = $op eq 'bye' ? sub { {} } : $OPERATION{$op} // refuse('unsupported', "no operation $op");
        {ok => $operation->($args)};
    };
    my $error = $@;
    $reply //= {error => ref $error ? $error : {kind => 'other', native => undef, code => undef, message => "$error"}};
    print $json->encode({id => $request->{id}, %$reply}), "\n";
    exit 0 if $op eq 'bye';
}
