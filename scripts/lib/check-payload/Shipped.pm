# SPDX-License-Identifier: MIT
#
# The shipped kernel: what names lead to, and what the linker has written where.
#
# An address is [space, offset]. Space '' is vmlinux; "N" is section N of the module in
# question; "U:name" is something that the module loader looks up among all exports.
package Shipped;
use strict;
use warnings;
use integer;
no warnings 'portable';		# addresses have 64 bits

use Elf;

# The kernel's own answer: /proc/kallsyms of a boot without KASLR.
sub read_kallsyms
{
	my ($path) = @_;
	my %names;

	open(my $f, '<', $path) or die "$path: $!\n";
	while (<$f>) {
		my ($addr, $type, $name, $module) = split;
		push @{$names{$name}}, [hex($addr), $type] unless $module;
	}
	return \%names;
}

sub read_symvers
{
	my ($path) = @_;
	my %owner;

	open(my $f, '<', $path) or die "$path: $!\n";
	while (<$f>) {
		my (undef, $name, $module) = split /\t/;
		$owner{$name} = $module;
	}
	return \%owner;
}

# kernel(VMLINUX, KALLSYMS [, SYMVERS])
sub kernel
{
	my ($vmlinux, $kallsyms, $symvers) = @_;
	my $names = read_kallsyms($kallsyms);

	for my $needed ('_text', '__init_begin', '__init_end') {
		die "$kallsyms: has no address of $needed: not read as root?\n"
			unless $names->{$needed} && $names->{$needed}[0][0];
	}
	return {
		object => 'vmlinux', segments => Elf::segments($vmlinux), names => $names,
		owner => $symvers ? read_symvers($symvers) : {},
		init => [$names->{__init_begin}[0][0], $names->{__init_end}[0][0]],
	};
}

# module(PATH, NAME, KERNEL): one of its modules
sub module
{
	my ($path, $name, $kernel) = @_;
	my $elf = Elf::load($path);
	my %names;

	for my $sym (@{$elf->{syms}}) {
		push @{$names{$sym->{name}}}, $sym
			if $sym->{sec} && $sym->{name} ne '' && $sym->{type} <= Elf::FUNC;
	}
	for my $sec (@{$elf->{secs}}) {
		$sec->{rela_at}{$_->{offset}} = $_ for @{$sec->{relas}};
	}
	return { object => $name, elf => $elf, names => \%names, kernel => $kernel,
		 owner => $kernel->{owner} };
}

# named(SHIPPED, NAME): every address that has this name
sub named
{
	my ($s, $name) = @_;
	my $found = $s->{names}{$name} || [];

	return map { ['', $_->[0]] } @$found unless $s->{elf};
	return map { [$_->{sec}{i}, $_->{value}] } @$found;
}

sub bytes
{
	my ($s, $addr, $len) = @_;
	my ($space, $at) = @$addr;

	if ($s->{elf}) {
		my $sec = $s->{elf}{secs}[$space];

		return $at < 0 || $at + $len > $sec->{size} || !defined $sec->{data} ?
		       undef : substr($sec->{data}, $at, $len);
	}
	for my $seg (@{$s->{segments}}) {
		my $offset = $at - $seg->[0];

		return substr($seg->[1], $offset, $len)
			if $offset >= 0 && $offset + $len <= length($seg->[1]);
	}
	return undef;
}

# reading(SHIPPED, PLACE, RELA): the address, addend included, that the shipped kernel
# has where the compiler has left RELA. None: nothing of the kind stands there.
sub reading
{
	my ($s, $place, $r) = @_;
	my $width = $Elf::WIDTH{$r->{type}};

	if ($s->{elf}) {
		my $there = $s->{elf}{secs}[$place->[0]]{rela_at}{$place->[1]};
		my ($sec, $offset);

		return undef unless $there && $Elf::WIDTH{$there->{type}} == $width &&
				    !$Elf::PCREL{$there->{type}} == !$Elf::PCREL{$r->{type}};
		($sec, $offset) = Elf::target($there);
		return $sec ? [$sec->{i}, $offset] : ["U:$there->{sym}{name}", $offset];
	}
	my $bytes = bytes($s, $place, $width);
	return undef unless defined $bytes;
	my $value = $width == 8 ? unpack('q<', $bytes) :
		    $r->{type} == 10 ? unpack('L<', $bytes) : unpack('l<', $bytes);
	$value += $place->[1] if $Elf::PCREL{$r->{type}};
	return ['', $value];
}

# resolve(SHIPPED, NAME, SYMPOS): as mend.ko does: the only one, or the SYMPOS-th by
# address, of those that are still there after start-up. Returns the address, or why not.
sub resolve
{
	my ($s, $name, $sympos) = @_;
	my @found;

	if ($s->{elf}) {
		my %sections;

		@found = grep { $s->{elf}{secs}[$_->[0]]{name} !~ /^\.init/ } named($s, $name);
		$sections{$_->[0]} = 1 for @found;
		return (undef, "in several sections of $s->{object}") if keys %sections > 1;
	} else {
		@found = grep { $_->[1] < $s->{init}[0] || $_->[1] >= $s->{init}[1] }
			 named($s, $name);
	}
	@found = sort { $a->[1] <=> $b->[1] } @found;
	return (undef, scalar(@found) . " in $s->{object}")
		if $sympos ? $sympos > @found : @found != 1;
	return ($found[$sympos ? $sympos - 1 : 0], undef);
}

# global(SHIPPED, NAME): what a reference by name from another file means
sub global
{
	my ($s, $name) = @_;
	my @found;

	if ($s->{elf}) {
		@found = grep { $_->{bind} } @{$s->{names}{$name} || []};
		return @found ? [$found[0]{sec}{i}, $found[0]{value}] : ["U:$name", 0];
	}
	@found = @{$s->{names}{$name} || []};
	@found = grep { $_->[1] =~ /[A-Z]/ } @found if @found > 1;
	return @found == 1 ? ['', $found[0][0]] : undef;
}

# exported(SHIPPED, NAME): what the module loader makes of an undefined symbol
sub exported
{
	my ($s, $name) = @_;

	return undef unless ($s->{owner}{$name} || '') eq 'vmlinux';
	return $s->{elf} ? ["U:$name", 0] : global($s, $name);
}

sub show
{
	my ($addr) = @_;

	return 'nothing' unless $addr;
	return sprintf('%s%s%#x', $addr->[0], $addr->[0] eq '' ? '' : '+', $addr->[1]);
}

sub plus { my ($addr, $n) = @_; return [$addr->[0], $addr->[1] + $n] }

sub same
{
	my ($x, $y) = @_;

	return $x && $y && $x->[0] eq $y->[0] && $x->[1] == $y->[1];
}

1;
